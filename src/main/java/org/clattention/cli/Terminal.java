package org.clattention.cli;

import java.io.Console;
import java.lang.reflect.InvocationTargetException;

/** Whether a person is looking on. */
final class Terminal {
    private Terminal() {}

    /** True if input and output are a terminal. */
    @SuppressWarnings("SystemConsoleNull") // newer versions are asked below
    static boolean isPresent() {
        Console console = System.console();
        if (console == null) {
            return false;
        }
        try {
            // From Java 22 on there can be a console without a terminal, and this method tells them apart.
            return (Boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (NoSuchMethodException e) {
            return true;
        } catch (IllegalAccessException | InvocationTargetException e) {
            return false;
        }
    }
}
