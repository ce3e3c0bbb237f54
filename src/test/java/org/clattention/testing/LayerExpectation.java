package org.clattention.testing;

import java.util.Arrays;
import org.clattention.config.DataType;

/**
 * What a layer's call has to give, and how exactly.
 *
 * <p>Rounding of the projections counts for the attention after them. So the measure of errors is the whole layer in plain
 * f32: projections, attention, projection, each rounded.
 */
public final class LayerExpectation {
    private final LayerCase c;
    private final Answers want;
    private final Answers plain;
    private final AttentionCase attention;
    private final double score;
    private final double weight;
    private final double floor;

    private LayerExpectation(LayerCase c) {
        this.c = c;
        AttentionCase plainCase = LayerMaths.attention(Steps.PLAIN, c);
        this.attention = LayerMaths.attention(Steps.WIDE, c);
        PlainAttention f32 = PlainAttention.of(plainCase);
        this.plain = withOutput(
                f32.answers(), LayerMaths.output(Steps.PLAIN, c, f32.answers().output()));
        Answers wide = ReferenceAnswers.of(attention);
        this.want = withOutput(wide, LayerMaths.output(Steps.WIDE, c, wide.output()));
        double eps = Math.ulp(1f);
        double length = Math.sqrt(
                c.config().modelWidth() + c.config().memoryWidth() + c.config().headSize());
        this.score = 2 * eps * length * (1 + f32.scoreMagnitude());
        this.weight = score + eps * Math.sqrt(c.keys());
        double stored = StorageTypes.roundoff(c.types().key()) > eps ? storage(f32) : 0;
        this.floor = weight * f32.valueMagnitude() * 2 * Math.sqrt(c.config().contextWidth()) * gateMagnitude()
                + stored
                + Agreement.rounding(c.types().query(), want.output());
    }

    /** Solves the case, by the reference and in plain f32. */
    public static LayerExpectation of(LayerCase c) {
        return new LayerExpectation(c);
    }

    /**
     * Both sides round cached rows to the cache's type, but now and then in opposite directions: one component of a key
     * or value is then off by a whole step.
     */
    private double storage(PlainAttention f32) {
        double step = 2 * StorageTypes.roundoff(c.types().key());
        double term = max(attention.query())
                * max(attention.key())
                * Math.abs(c.config().options().scaleFor(c.config().headSize()));
        return step * (1 + term) * f32.valueMagnitude() * 2 * gateMagnitude();
    }

    private double gateMagnitude() {
        return c.weights().extras().headGate() == null ? 1 : 2;
    }

    private static double max(float[] values) {
        double most = 0;
        for (float value : values) {
            most = Math.max(most, Math.abs(value));
        }
        return most;
    }

    private static Answers withOutput(Answers a, double[] output) {
        return new Answers(output, a.weights(), a.scores(), a.logSumExp(), null);
    }

    /** Compares; empty if all agrees. */
    public String check(Answers got) {
        String problem = Agreement.compare("output", got.output(), want.output(), plain.output(), floor)
                + Agreement.compare("weights", got.weights(), want.weights(), plain.weights(), weight)
                + Agreement.compare("scores", got.scores(), want.scores(), plain.scores(), score)
                + Agreement.compare("logSumExp", got.logSumExp(), want.logSumExp(), plain.logSumExp(), score + weight)
                + Agreement.summaries(attention, got, plain, weight);
        return problem.isEmpty() ? "" : "-Dclattention.case=" + c.name() + problem + " (" + c + ")";
    }

    /** Compares two engines' answers: both may have the errors that {@link #check} allows. Empty if they agree. */
    public String checkAlike(Answers got, Answers other) {
        String problem = Agreement.compare("output", got.output(), other.output(), plain.output(), 2 * floor)
                + Agreement.compare(
                        "logSumExp", got.logSumExp(), other.logSumExp(), plain.logSumExp(), 2 * (score + weight));
        return problem.isEmpty() ? "" : "-Dclattention.case=" + c.name() + problem + " (" + c + ")";
    }

    /** Compares the last {@code rows} rows of a call on one sequence with a single output; empty if all agrees. */
    public String checkLast(int rows, double[] got) {
        int width = c.config().outputWidth();
        int from = (c.queries() - rows) * width;
        String problem = Agreement.compare(
                "output", got, tail(want.output(), from), tail(plain.output(), from), floor + lost(from));
        return problem.isEmpty() ? "" : problem + " (" + c + ")";
    }

    /** The error of plain f32 in the rows that are not compared: a measure needs more than a row. */
    private double lost(int from) {
        double worst = 0;
        for (int i = 0; i < from; i++) {
            worst = Math.max(worst, 2 * Math.abs(plain.output()[i] - want.output()[i]));
        }
        return c.types().key() == DataType.F32 ? worst : Math.min(worst, floor);
    }

    private static double[] tail(double[] values, int from) {
        return Arrays.copyOfRange(values, from, values.length);
    }
}
