package org.clattention.testing;

import java.util.Arrays;
import org.clattention.config.DataType;
import org.jspecify.annotations.Nullable;

/**
 * Whether results agree with the float64 reference: the largest error may be twice that of the plain f32 computation,
 * plus a floor. What is not finite must be so on both sides, and alike.
 */
public final class Agreement {
    /** The rounding error of an f32 operation. */
    private static final double EPSILON = Math.ulp(1f);

    private Agreement() {}

    /**
     * Checks everything that the case wanted.
     *
     * @return what disagrees, in one line with what reproduces it; empty if all agrees
     */
    public static String check(AttentionCase c, Answers got) {
        PlainAttention plain = PlainAttention.of(c);
        Answers want = ReferenceAnswers.of(c);
        Answers f32 = plain.answers();
        // Errors of a sum grow like the root of its length; an error of a score is a relative error of its weight.
        double score = EPSILON * Math.sqrt(c.headSize()) * (1 + plain.scoreMagnitude());
        double weight = score + EPSILON * Math.sqrt(c.keys());
        String problem = compare(
                        "output",
                        got.output(),
                        want.output(),
                        f32.output(),
                        weight * plain.valueMagnitude() + rounding(c.types().query(), want.output()))
                + compare("weights", got.weights(), want.weights(), f32.weights(), weight)
                + compare("scores", got.scores(), want.scores(), f32.scores(), score)
                + compare("logSumExp", got.logSumExp(), want.logSumExp(), f32.logSumExp(), score + weight)
                + summaries(c, got, f32, weight);
        return problem.isEmpty() ? "" : "-Dclattention.case=" + c.name() + problem + " (" + c + ")";
    }

    /**
     * Checks one way of computing against another: both have the rounding errors of f32, but what is not finite must be so in
     * both, and alike.
     *
     * @return what disagrees, with what reproduces it; empty if nothing does
     */
    public static String checkAlike(AttentionCase c, Answers got, Answers want) {
        PlainAttention plain = PlainAttention.of(c);
        double score = EPSILON * Math.sqrt(c.headSize()) * (1 + plain.scoreMagnitude());
        double weight = score + EPSILON * Math.sqrt(c.keys());
        double output = weight * plain.valueMagnitude() + rounding(c.types().query(), want.output());
        String problem = compare("output", got.output(), want.output(), want.output(), 4 * output)
                + compare("logSumExp", got.logSumExp(), want.logSumExp(), want.logSumExp(), 4 * (score + weight));
        return problem.isEmpty() ? "" : "-Dclattention.case=" + c.name() + problem + " (" + c + ")";
    }

    static String summaries(AttentionCase c, Answers got, Answers f32, double weight) {
        if (c.topKeys() < 0 || got.summaries() == null) {
            return (c.topKeys() < 0) == (got.summaries() == null) ? "" : "; summaries are missing, or not wanted";
        }
        double[] weights = ReferenceAnswers.weights(c);
        if (f32.weights() == null || Arrays.stream(weights).anyMatch(Double::isNaN)) {
            return ""; // which of several NaN is the heaviest is nobody's business
        }
        double allowed = 2 * worst(f32.weights(), weights) + weight;
        return got.summaries().check(weights, got.weights(), c.batch() * c.heads(), c.keys(), allowed);
    }

    /** What rounding to the type of the output may change. */
    static double rounding(DataType type, double[] want) {
        if (type == DataType.F32) {
            return 0;
        }
        double largest = 0;
        for (double value : want) {
            largest = Double.isFinite(value) ? Math.max(largest, Math.abs(value)) : largest;
        }
        return 1.01 * StorageTypes.roundoff(type) * largest + 1e-7;
    }

    private static double worst(double[] plain, double[] want) {
        double worst = 0;
        for (int i = 0; i < want.length; i++) {
            double error = Math.abs(plain[i] - want[i]);
            worst = Double.isFinite(error) ? Math.max(worst, error) : worst;
        }
        return worst;
    }

    /**
     * Compares one result.
     *
     * @param floor what is allowed beyond twice the error of {@code plain}
     * @return what disagrees; empty if nothing does
     */
    public static String compare(
            String name, double @Nullable [] got, double @Nullable [] want, double @Nullable [] plain, double floor) {
        if (want == null || plain == null) {
            return got == null ? "" : "; " + name + " was not wanted";
        }
        if (got == null || got.length != want.length) {
            return "; " + name + " has " + (got == null ? "no" : got.length) + " elements, want " + want.length;
        }
        double allowed = 2 * worst(plain, want) + floor;
        for (int i = 0; i < want.length; i++) {
            boolean fits = Double.isFinite(want[i])
                    ? Math.abs(got[i] - want[i]) <= allowed
                    : Double.compare(got[i], want[i]) == 0;
            if (!fits) {
                return "; " + name + "[" + i + "] is " + got[i] + ", want " + want[i] + " within " + allowed;
            }
        }
        return "";
    }
}
