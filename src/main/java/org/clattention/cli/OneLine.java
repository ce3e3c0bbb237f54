package org.clattention.cli;

import java.io.IOException;
import java.nio.file.FileSystemException;

/** Messages on one line. */
final class OneLine {
    private OneLine() {}

    /** A failure's whole message, its line breaks replaced. */
    static String of(Throwable e) {
        return of(String.valueOf(e.getMessage()));
    }

    /** A text, its line breaks and other control characters replaced. */
    static String of(String text) {
        return text.strip().replaceAll("\\s*\\R\\s*", "; ").replaceAll("\\p{Cntrl}", "?");
    }

    /** Why a file could not be read or written: the system's reason alone, where it gives one. */
    static String reason(IOException e) {
        if (e instanceof FileSystemException file && file.getReason() != null) {
            return of(file.getReason());
        }
        return e.getMessage() == null || e instanceof FileSystemException ? of(e.toString()) : of(e);
    }

    /** The first line of a failure's message, with its type where there is none. */
    static String first(Throwable e) {
        String message = e.getMessage();
        return message == null || message.isBlank()
                ? e.getClass().getSimpleName()
                : message.strip().lines().findFirst().orElseThrow();
    }
}
