package org.clattention.testing;

import org.clattention.AttentionConfig;
import org.clattention.AttentionEngine;
import org.clattention.AttentionInputs;
import org.clattention.AttentionMasks;
import org.clattention.AttentionResult;
import org.clattention.AttentionWeights;
import org.clattention.HostTensor;
import org.clattention.MultiHeadAttention;
import org.clattention.ReturnOptions;
import org.clattention.Tensor;
import org.clattention.reference.MatrixProduct;
import org.clattention.reference.RefTensor;
import org.jspecify.annotations.Nullable;

/**
 * A layer's answers: by the float64 reference, and by an engine; and whether they agree.
 *
 * <p>Rounding of the projections counts for the attention after them. So the measure of errors is the whole layer in plain
 * f32: projections, attention, projection, each rounded.
 */
public final class LayerAnswers {
    private LayerAnswers() {}

    /** Runs the layer on an engine and says what disagrees; empty if nothing does. */
    public static String check(AttentionEngine engine, LayerCase c) {
        AttentionCase plainCase = projected(c, true);
        AttentionCase wideCase = projected(c, false);
        PlainAttention plain = PlainAttention.of(plainCase);
        Answers f32 = plain.answers();
        // The reference attends over projections rounded once to f32; that error belongs to the measure.
        Answers want = ReferenceAnswers.of(wideCase);
        double[] y = output(c, want.output(), false);
        double[] plainY = output(c, f32.output(), true);
        Answers got = run(engine, c);
        double eps = Math.ulp(1f);
        double length = Math.sqrt(
                c.config().modelWidth() + c.config().memoryWidth() + c.config().headSize());
        double score = 2 * eps * length * (1 + plain.scoreMagnitude());
        double weight = score + eps * Math.sqrt(c.keys());
        double layer =
                weight * plain.valueMagnitude() * 2 * Math.sqrt(c.config().contextWidth());
        String problem = Agreement.compare("output", got.output(), y, plainY, layer)
                + Agreement.compare("weights", got.weights(), want.weights(), f32.weights(), weight)
                + Agreement.compare("scores", got.scores(), want.scores(), f32.scores(), score)
                + Agreement.compare("logSumExp", got.logSumExp(), want.logSumExp(), f32.logSumExp(), score + weight);
        return problem.isEmpty() ? "" : "-Dclattention.case=" + c.name() + problem + " (" + c + ")";
    }

    /** The attention inside the layer; projected in plain f32, or in float64 and rounded once. */
    private static AttentionCase projected(LayerCase c, boolean plain) {
        AttentionConfig config = c.config();
        AttentionWeights w = c.weights();
        HostTensor source = c.memory() == null ? c.x() : c.memory();
        int kv = config.numKvHeads();
        return new AttentionCase(
                c.name(),
                c.batch(),
                config.numHeads(),
                kv,
                c.queries(),
                c.keys(),
                config.headSize(),
                config.valueHeadSize(),
                false,
                config.options(),
                split(linear(c.x(), w.query(), w.queryBias(), plain), c, config.numHeads(), c.queries()),
                split(linear(source, w.key(), w.keyBias(), plain), c, kv, c.keys()),
                split(linear(source, w.value(), w.valueBias(), plain), c, kv, c.keys()),
                c.attend(),
                c.bias(),
                c.lengths(),
                null,
                null,
                c.wantWeights(),
                c.wanted(),
                c.wantLogSumExp());
    }

    private static float[] split(double[] merged, LayerCase c, int heads, int rows) {
        int size = merged.length / (c.batch() * heads * rows);
        double[] split = EngineAnswers.headMajor(merged, c.batch(), heads, rows, size);
        float[] out = new float[split.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = (float) split[i];
        }
        return out;
    }

    private static double[] output(LayerCase c, double[] context, boolean plain) {
        AttentionConfig config = c.config();
        int width = config.contextWidth();
        float[] narrow = new float[context.length];
        for (int i = 0; i < narrow.length; i++) {
            narrow[i] = (float) context[i];
        }
        float[] merged =
                EngineAnswers.merged(narrow, c.batch(), config.numHeads(), c.queries(), config.valueHeadSize());
        HostTensor x = HostTensor.of(merged, (long) c.batch() * c.queries(), width);
        return linear(x, c.weights().output(), c.weights().outputBias(), plain);
    }

    private static double[] linear(HostTensor x, HostTensor weight, @Nullable HostTensor bias, boolean plain) {
        if (!plain) {
            return MatrixProduct.linear(RefTensor.of(x), weight, bias).values();
        }
        int inner = (int) weight.dim(1);
        int columns = (int) weight.dim(0);
        int rows = (int) (x.elements() / inner);
        float[] a = x.toFloats();
        float[] b = weight.toFloats();
        double[] y = new double[rows * columns];
        for (int r = 0; r < rows; r++) {
            for (int o = 0; o < columns; o++) {
                float sum = 0;
                for (int k = 0; k < inner; k++) {
                    sum += a[r * inner + k] * b[o * inner + k];
                }
                y[r * columns + o] = bias == null ? sum : sum + bias.getFloat(o);
            }
        }
        return y;
    }

    /** The engine's answers; the output is [B, S, Do]. */
    static Answers run(AttentionEngine engine, LayerCase c) {
        try (MultiHeadAttention layer = engine.multiHeadAttention(c.config(), c.weights());
                Tensor x = engine.tensor(c.x());
                Tensor memory = c.memory() == null ? null : engine.tensor(c.memory());
                Tensor attend = c.attend() == null
                        ? null
                        : engine.tensor(c.attend().truths(), c.attend().shape());
                Tensor bias = c.bias() == null
                        ? null
                        : engine.tensor(c.bias().values(), c.bias().shape());
                AttentionResult result = layer.forward(AttentionInputs.of(x)
                        .withMemory(memory)
                        .withMasks(new AttentionMasks(attend, bias, c.lengths()))
                        .returning(new ReturnOptions(c.wantWeights(), c.wanted(), c.wantLogSumExp())))) {
            return new Answers(
                    EngineAnswers.doubles(result.output()),
                    optional(result.weights()),
                    optional(result.scores()),
                    optional(result.logSumExp()));
        }
    }

    private static double @Nullable [] optional(@Nullable Tensor tensor) {
        return tensor == null ? null : EngineAnswers.doubles(tensor);
    }
}
