package org.clattention.verify;

import org.clattention.config.HostTensor;

/**
 * How far a single-precision result may lie from the float64 reference: twice the error of a plain single-precision
 * computation of the same result, plus a floor. The first term is the rule by which FlashAttention's tests judge; it grows
 * and shrinks with the difficulty of the data. The floor is needed where the plain computation is exact by luck; like the
 * threshold of oneDNN's benchdnn it grows with the length of the reduction, here with its square root, because rounding
 * errors of either sign partly cancel.
 */
public final class Tolerance {
    /** Half the distance from 1 to the next float: the largest relative error of one rounding. */
    private static final double UNIT_ROUNDOFF = Math.ulp(1f) / 2;

    private static final double FLOOR_ROUNDINGS = 4;

    private Tolerance() {}

    /**
     * The largest |got − want| to accept anywhere in a tensor.
     *
     * @param plain the plain single-precision result
     * @param want the float64 reference
     * @param reduction how many terms the longest sum has
     * @param magnitude the size of what is added up; at least that of the result
     * @throws IllegalStateException if the plain result is not finite where the reference is: such data cannot judge
     */
    public static double of(HostTensor plain, HostTensor want, long reduction, double magnitude) {
        double error = 0;
        int n = Math.toIntExact(want.elements());
        for (int i = 0; i < n; i++) {
            double p = plain.getDouble(i);
            double w = want.getDouble(i);
            if (p == w || (Double.isNaN(p) && Double.isNaN(w))) {
                continue;
            }
            double diff = Math.abs(p - w);
            if (!(diff < Double.POSITIVE_INFINITY)) {
                throw new IllegalStateException(
                        "element " + i + ": the plain result is " + p + " where the reference is " + w);
            }
            error = Math.max(error, diff);
        }
        return 2 * error + floor(reduction, magnitude);
    }

    /** What is accepted however small the error of the plain computation. */
    public static double floor(long reduction, double magnitude) {
        if (reduction < 1 || !(magnitude >= 0 && magnitude < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(
                    "reduction, magnitude: " + reduction + ", " + magnitude + " must be at least 1, and finite");
        }
        return FLOOR_ROUNDINGS * UNIT_ROUNDOFF * Math.sqrt((double) reduction) * magnitude;
    }
}
