package org.clattention.testing;

import java.util.Objects;
import org.clattention.config.HostTensor;
import org.clattention.reference.AttentionProblem;
import org.clattention.reference.RefTensor;
import org.clattention.reference.ReferenceAttention;
import org.clattention.reference.ReferenceResult;
import org.clattention.reference.ScoreStage;
import org.jspecify.annotations.Nullable;

/** The float64 reference's answer to a case. */
public final class ReferenceAnswers {
    private ReferenceAnswers() {}

    /** Solves the case. */
    public static Answers of(AttentionCase c) {
        ReferenceResult first = solve(
                c, c.wanted() == null ? null : ScoreStage.ofMode(c.wanted().code()));
        RefTensor weights = c.wantWeights() ? solve(c, ScoreStage.WEIGHTS).scores() : null;
        return new Answers(
                first.output().values(),
                weights == null ? null : weights.values(),
                first.scores() == null ? null : first.scores().values(),
                c.wantLogSumExp() ? first.logSumExp().values() : null,
                null);
    }

    /** The weights of the case, wanted or not. */
    static double[] weights(AttentionCase c) {
        RefTensor weights = solve(c, ScoreStage.WEIGHTS).scores();
        return Objects.requireNonNull(weights).values();
    }

    private static ReferenceResult solve(AttentionCase c, @Nullable ScoreStage stage) {
        return ReferenceAttention.attend(AttentionProblem.of(
                        tensor(c.query(), c.batch(), c.heads(), c.queries(), c.headSize()),
                        rows(c, c.key(), c.headSize(), c.past(), c.keys()),
                        rows(c, c.value(), c.valueSize(), c.past(), c.keys()))
                .past(
                        c.past() == 0 ? null : rows(c, c.key(), c.headSize(), 0, c.past()),
                        c.past() == 0 ? null : rows(c, c.value(), c.valueSize(), 0, c.past()))
                .mask(mask(c))
                .lengths(c.lengths() == null ? null : HostTensor.ofInts(c.lengths(), c.batch()))
                .sinks(c.sinks() == null ? null : tensor(c.sinks(), c.heads()))
                .alibiSlopes(c.slopes() == null ? null : tensor(c.slopes(), c.heads()))
                .options(c.options())
                .wantedScores(stage)
                .build());
    }

    /** The reference takes one mask: two are merged into a full one. */
    private static @Nullable HostTensor mask(AttentionCase c) {
        CaseMask attend = c.attend();
        CaseMask bias = c.bias();
        if (attend == null) {
            return bias == null ? null : HostTensor.of(bias.values(), bias.shape());
        }
        if (bias == null) {
            return HostTensor.ofBooleans(attend.truths(), attend.shape());
        }
        float[] full = new float[c.batch() * c.heads() * c.queries() * c.keys()];
        int n = 0;
        for (int b = 0; b < c.batch(); b++) {
            for (int h = 0; h < c.heads(); h++) {
                for (int i = 0; i < c.queries(); i++) {
                    for (int j = 0; j < c.keys(); j++) {
                        full[n++] = attend.at(b, h, i, j) == 0 ? bias.at(b, h, i, j) : Float.NEGATIVE_INFINITY;
                    }
                }
            }
        }
        return HostTensor.of(full, c.batch(), c.heads(), c.queries(), c.keys());
    }

    private static RefTensor rows(AttentionCase c, float[] values, int size, int from, int to) {
        float[] part = AttentionCase.rows(values, c.keys(), size, from, to);
        return tensor(part, c.batch(), c.kvHeads(), to - from, size);
    }

    private static RefTensor tensor(float[] values, int... shape) {
        double[] wide = new double[values.length];
        for (int i = 0; i < wide.length; i++) {
            wide[i] = values[i];
        }
        return new RefTensor(wide, shape);
    }
}
