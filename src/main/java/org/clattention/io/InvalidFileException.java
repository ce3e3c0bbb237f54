package org.clattention.io;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A file cannot be used: it is missing, unreadable, damaged or not of the expected kind. The message is one line; it
 * starts with the path as given and says what is wrong, with the values.
 */
public final class InvalidFileException extends RuntimeException {
    private static final long serialVersionUID = 1;
    private static final int MAX_PROBLEM_LENGTH = 500;

    /**
     * @param file the file, as the caller named it
     * @param problem what is wrong; control characters are escaped and a very long text is cut, because parts of it
     *     may come from the file itself
     */
    public InvalidFileException(Path file, String problem) {
        this(file, problem, null);
    }

    /** The same, keeping what was noticed first as the cause. */
    public InvalidFileException(Path file, String problem, @Nullable Throwable cause) {
        super(oneLine(file.toString()) + ": " + cut(oneLine(problem)), cause);
    }

    private static String cut(String text) {
        return text.length() <= MAX_PROBLEM_LENGTH ? text : text.substring(0, MAX_PROBLEM_LENGTH) + "...";
    }

    private static String oneLine(String text) {
        StringBuilder out = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            switch (Character.getType(c)) {
                case Character.CONTROL,
                        Character.FORMAT,
                        Character.SURROGATE,
                        Character.LINE_SEPARATOR,
                        Character.PARAGRAPH_SEPARATOR -> out.append(String.format("\\u%04x", c));
                default -> out.appendCodePoint(c);
            }
        });
        return out.toString();
    }
}
