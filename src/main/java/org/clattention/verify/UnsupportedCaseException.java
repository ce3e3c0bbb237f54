package org.clattention.verify;

/** A golden case asks for something that the runner does not have; the message is the reason of the skip. */
public final class UnsupportedCaseException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** @param reason what is missing, in one line */
    public UnsupportedCaseException(String reason) {
        super(reason);
    }
}
