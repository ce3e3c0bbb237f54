package org.clattention.cli;

/** Results could not be written: nothing was wrong with what they say, but nobody has them. */
final class OutputLostException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** True if the reader of a pipe went away, which is no error. */
    private final boolean closedPipe;

    OutputLostException(String message, Throwable cause) {
        super(message, cause);
        this.closedPipe = false;
    }

    OutputLostException(boolean closedPipe, String message) {
        super(message);
        this.closedPipe = closedPipe;
    }

    boolean isClosedPipe() {
        return closedPipe;
    }
}
