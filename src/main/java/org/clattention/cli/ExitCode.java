package org.clattention.cli;

/** The exit codes of the command line. */
final class ExitCode {
    /** All is well. */
    static final int PASSED = 0;
    /** A result is wrong. */
    static final int WRONG_RESULT = 1;
    /** Bad usage or bad input. */
    static final int BAD_INPUT = 2;
    /** No such device. */
    static final int NO_DEVICE = 3;
    /** The device failed. */
    static final int DEVICE_FAILED = 4;
    /** A bug in this program, or results that nobody has because they could not be written. */
    static final int BUG = 70;
    /** The reader of a pipe went away: what a shell says of a program that SIGPIPE ended. */
    static final int CLOSED_PIPE = 141;

    private ExitCode() {}
}
