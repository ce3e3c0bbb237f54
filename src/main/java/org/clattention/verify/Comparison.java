package org.clattention.verify;

import java.util.Arrays;
import java.util.Locale;
import org.clattention.config.HostTensor;

/**
 * Whether a tensor agrees with the wanted one: |got − want| ≤ atol + rtol·|want| for every element.
 *
 * @param passed whether every element agrees
 * @param maxAbsError the largest |got − want|; infinite if shapes differ, or where only one of the two is NaN or the
 *     same infinity
 * @param maxRelError the largest |got − want| / |want| over the elements whose wanted value is not zero; infinite as
 *     above
 * @param reason why it failed, in one line, naming the worst element; empty if it passed
 */
public record Comparison(boolean passed, double maxAbsError, double maxRelError, String reason) {

    /**
     * Compares without a name in front of the reason.
     *
     * @see #compare(String, HostTensor, HostTensor, double, double)
     */
    public static Comparison compare(HostTensor got, HostTensor want, double rtol, double atol) {
        return compare("", got, want, rtol, atol);
    }

    /**
     * Compares element by element. NaN passes only where NaN is wanted, an infinity only where the same infinity is
     * wanted. If the wanted type is F16 or BF16, {@code got} is rounded to that type first.
     *
     * @param name the tensor's name, put before the index in the reason
     * @param rtol relative tolerance, finite and not negative
     * @param atol absolute tolerance, finite and not negative
     */
    public static Comparison compare(String name, HostTensor got, HostTensor want, double rtol, double atol) {
        requireTolerance("rtol", rtol);
        requireTolerance("atol", atol);
        if (!Arrays.equals(got.shape(), want.shape())) {
            return new Comparison(
                    false,
                    Double.POSITIVE_INFINITY,
                    Double.POSITIVE_INFINITY,
                    (name.isEmpty() ? "" : name + ": ") + "got shape " + Arrays.toString(got.shape()) + ", want "
                            + Arrays.toString(want.shape()));
        }
        HostTensor rounded = switch (want.type()) {
            case F16, BF16 -> got.to(want.type());
            default -> got;
        };
        double maxAbs = 0;
        double maxRel = 0;
        double worstExcess = 0;
        double worstDiff = 0;
        int worst = -1;
        int failures = 0;
        int n = Math.toIntExact(want.elements());
        for (int i = 0; i < n; i++) {
            double g = value(rounded, i);
            double w = value(want, i);
            double diff = difference(g, w);
            double tolerance = atol + rtol * Math.abs(w);
            maxAbs = Math.max(maxAbs, diff);
            if (w != 0 && diff != 0) {
                maxRel = Math.max(maxRel, diff == Double.POSITIVE_INFINITY ? diff : diff / Math.abs(w));
            }
            // Equal values pass even where the tolerance is NaN, because NaN or an infinity is wanted.
            if (diff != 0 && (!(diff <= tolerance) || diff == Double.POSITIVE_INFINITY)) {
                failures++;
                // The larger the difference in units of what was allowed, the worse.
                double excess = diff / Math.max(tolerance, Double.MIN_NORMAL);
                if (worst < 0 || excess > worstExcess || (excess == worstExcess && diff > worstDiff)) {
                    worst = i;
                    worstExcess = excess;
                    worstDiff = diff;
                }
            }
        }
        if (failures == 0) {
            return new Comparison(true, maxAbs, maxRel, "");
        }
        String reason = String.format(
                Locale.ROOT,
                "%s%s: got %s, want %s, |diff| %.4g > %s + %s*|want| (%d of %d elements differ)",
                name,
                index(worst, want.shape()),
                number(value(rounded, worst)),
                number(value(want, worst)),
                worstDiff,
                number(atol),
                number(rtol),
                failures,
                n);
        return new Comparison(false, maxAbs, maxRel, reason);
    }

    /** |got − want|; 0 for two NaN or twice the same infinity, infinite for any other pair with one of these. */
    private static double difference(double got, double want) {
        if (got == want || (Double.isNaN(got) && Double.isNaN(want))) {
            return 0;
        }
        return Double.isFinite(got) && Double.isFinite(want) ? Math.abs(got - want) : Double.POSITIVE_INFINITY;
    }

    /** Integers go through long: 32-bit ones would lose digits as floats. */
    private static double value(HostTensor tensor, int i) {
        return tensor.type().isFloatingPoint() ? tensor.getDouble(i) : tensor.getLong(i);
    }

    /** Row-major position {@code flat} as {@code [i,j,k]}. */
    private static String index(int flat, long[] shape) {
        long[] index = new long[shape.length];
        long rest = flat;
        for (int d = shape.length - 1; d >= 0; d--) {
            index[d] = rest % shape[d];
            rest /= shape[d];
        }
        return Arrays.toString(index).replace(" ", "");
    }

    /** As few digits as tell the value apart from its neighbours, in the narrowest type that holds it. */
    private static String number(double value) {
        float narrow = (float) value;
        return narrow == value ? Float.toString(narrow) : Double.toString(value);
    }

    private static void requireTolerance(String name, double value) {
        if (!(value >= 0 && value < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(name + ": " + value + " must be finite and not negative");
        }
    }
}
