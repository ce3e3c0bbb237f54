package org.clattention.cli;

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

    /** The first line of a failure's message, with its type where there is none. */
    static String first(Throwable e) {
        String message = e.getMessage();
        return message == null || message.isBlank()
                ? e.getClass().getSimpleName()
                : message.strip().lines().findFirst().orElseThrow();
    }
}
