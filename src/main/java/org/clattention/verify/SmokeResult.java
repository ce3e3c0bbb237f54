package org.clattention.verify;

/**
 * The outcome of a check.
 *
 * @param smokeCase the check
 * @param status its outcome
 * @param maxAbsError the largest |got − want|; NaN if nothing was compared
 * @param tolerance what was allowed for the output with the largest error in units of its tolerance; NaN as above
 * @param reason why it did not pass; empty if it did
 */
public record SmokeResult(SmokeCase smokeCase, Status status, double maxAbsError, double tolerance, String reason) {
    /** Possible outcomes of a check. */
    public enum Status {
        /** Right. */
        PASSED,
        /** Wrong. */
        FAILED,
        /** Not run, for the stated reason. */
        SKIPPED,
        /** The device failed. */
        ERROR
    }

    /** A check without a comparison. */
    public static SmokeResult withoutComparison(SmokeCase smokeCase, Status status, String reason) {
        return new SmokeResult(smokeCase, status, Double.NaN, Double.NaN, reason);
    }
}
