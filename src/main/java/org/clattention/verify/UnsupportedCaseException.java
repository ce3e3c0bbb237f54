package org.clattention.verify;

/** A golden case needs something that the runner does not support; the message is the reason for skipping it. */
public final class UnsupportedCaseException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** @param reason what is missing, in one line */
    public UnsupportedCaseException(String reason) {
        super(reason);
    }
}
