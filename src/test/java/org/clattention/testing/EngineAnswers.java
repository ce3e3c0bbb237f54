package org.clattention.testing;

import java.util.ArrayList;
import java.util.List;
import org.clattention.AttentionEngine;
import org.clattention.AttentionMasks;
import org.clattention.AttentionResult;
import org.clattention.DotProductInputs;
import org.clattention.ReturnOptions;
import org.clattention.Tensor;
import org.jspecify.annotations.Nullable;

/** An engine's answer to a case, through the public API. */
public final class EngineAnswers implements AutoCloseable {
    private final AttentionEngine engine;
    private final List<Tensor> uploaded = new ArrayList<>();

    private EngineAnswers(AttentionEngine engine) {
        this.engine = engine;
    }

    /** Solves the case; frees all that it used. */
    public static Answers of(AttentionEngine engine, AttentionCase c) {
        try (EngineAnswers run = new EngineAnswers(engine);
                AttentionResult result = engine.dotProductAttention(c.options()).forward(run.inputs(c))) {
            double[] output = doubles(result.output());
            return new Answers(
                    c.merged() ? headMajor(output, c.batch(), c.heads(), c.queries(), c.valueSize()) : output,
                    optional(result.weights()),
                    optional(result.scores()),
                    optional(result.logSumExp()));
        }
    }

    private DotProductInputs inputs(AttentionCase c) {
        Tensor q = heads(c, c.query(), c.heads(), c.queries(), c.headSize());
        Tensor k = heads(c, c.key(), c.kvHeads(), c.keys(), c.headSize());
        Tensor v = heads(c, c.value(), c.kvHeads(), c.keys(), c.valueSize());
        DotProductInputs inputs =
                c.merged() ? DotProductInputs.merged(q, k, v, c.heads(), c.kvHeads()) : DotProductInputs.of(q, k, v);
        return inputs.withMasks(masks(c))
                .withSinks(c.sinks() == null ? null : tensor(c.sinks(), c.heads()))
                .withAlibi(c.slopes() == null ? null : tensor(c.slopes(), c.heads()))
                .returning(new ReturnOptions(c.wantWeights(), c.wanted(), c.wantLogSumExp()));
    }

    private AttentionMasks masks(AttentionCase c) {
        AttentionMasks masks = AttentionMasks.NONE.withLengths(c.lengths());
        CaseMask attend = c.attend();
        if (attend != null) {
            Tensor mask = engine.tensor(attend.truths(), attend.shape());
            uploaded.add(mask);
            masks = masks.withAttend(mask);
        }
        CaseMask bias = c.bias();
        return bias == null ? masks : masks.withBias(tensor(bias.values(), bias.shape()));
    }

    private Tensor heads(AttentionCase c, float[] values, int heads, int rows, int size) {
        return c.merged()
                ? tensor(merged(values, c.batch(), heads, rows, size), c.batch(), rows, (long) heads * size)
                : tensor(values, c.batch(), heads, rows, size);
    }

    private Tensor tensor(float[] values, long... shape) {
        Tensor tensor = engine.tensor(values, shape);
        uploaded.add(tensor);
        return tensor;
    }

    /** From [batch, heads, rows, size] to [batch, rows, heads · size]. */
    static float[] merged(float[] values, int batch, int heads, int rows, int size) {
        float[] out = new float[values.length];
        for (int n = 0; n < batch * heads * rows; n++) {
            int row = n % rows;
            int head = n / rows % heads;
            int target = (n / rows / heads * rows + row) * heads + head;
            System.arraycopy(values, n * size, out, target * size, size);
        }
        return out;
    }

    /** From [batch, rows, heads · size] to [batch, heads, rows, size]. */
    static double[] headMajor(double[] values, int batch, int heads, int rows, int size) {
        double[] out = new double[values.length];
        for (int n = 0; n < batch * heads * rows; n++) {
            int row = n % rows;
            int head = n / rows % heads;
            int source = (n / rows / heads * rows + row) * heads + head;
            System.arraycopy(values, source * size, out, n * size, size);
        }
        return out;
    }

    private static double @Nullable [] optional(@Nullable Tensor tensor) {
        return tensor == null ? null : doubles(tensor);
    }

    /** A tensor's elements, widened. */
    public static double[] doubles(Tensor tensor) {
        float[] floats = tensor.toFloats();
        double[] out = new double[floats.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = floats[i];
        }
        return out;
    }

    @Override
    public void close() {
        uploaded.forEach(Tensor::close);
    }
}
