package org.clattention.testing;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.clattention.AttentionEngine;
import org.clattention.AttentionMasks;
import org.clattention.AttentionResult;
import org.clattention.DotProductInputs;
import org.clattention.ReturnOptions;
import org.clattention.Tensor;
import org.clattention.config.DataType;
import org.clattention.config.HostTensor;
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
            requirePresent(c, "key", c.key(), result.presentKey());
            requirePresent(c, "value", c.value(), result.presentValue());
            return new Answers(
                    c.merged() ? headMajor(output, c.batch(), c.heads(), c.queries(), c.valueSize()) : output,
                    optional(result.weights()),
                    optional(result.scores()),
                    optional(result.logSumExp()),
                    Summaries.of(result));
        }
    }

    /** Past and new rows come back side by side, bit for bit. */
    private static void requirePresent(AttentionCase c, String name, float[] want, @Nullable Tensor got) {
        if ((got != null) != (c.past() > 0) || (got != null && !Arrays.equals(got.toFloats(), want))) {
            throw new AssertionError("-Dclattention.case=" + c.name() + "; present " + name + " is wrong (" + c + ")");
        }
    }

    private DotProductInputs inputs(AttentionCase c) {
        int fresh = c.keys() - c.past();
        float[] newKeys = AttentionCase.rows(c.key(), c.keys(), c.headSize(), c.past(), c.keys());
        float[] newValues = AttentionCase.rows(c.value(), c.keys(), c.valueSize(), c.past(), c.keys());
        Tensor q = heads(c, c.query(), c.types().query(), c.heads(), c.queries(), c.headSize());
        Tensor k = heads(c, newKeys, c.types().key(), c.kvHeads(), fresh, c.headSize());
        Tensor v = heads(c, newValues, c.types().key(), c.kvHeads(), fresh, c.valueSize());
        DotProductInputs inputs =
                c.merged() ? DotProductInputs.merged(q, k, v, c.heads(), c.kvHeads()) : DotProductInputs.of(q, k, v);
        if (c.past() > 0) {
            inputs = inputs.withPast(past(c, c.key(), c.headSize()), past(c, c.value(), c.valueSize()));
        }
        ReturnOptions wanted = new ReturnOptions(c.wantWeights(), c.wanted(), c.wantLogSumExp());
        return inputs.withMasks(masks(c))
                .withSinks(c.sinks() == null ? null : tensor(c.sinks(), DataType.F32, c.heads()))
                .withAlibi(c.slopes() == null ? null : tensor(c.slopes(), DataType.F32, c.heads()))
                .returning(c.topKeys() < 0 ? wanted : wanted.withSummaries(true, c.topKeys(), true));
    }

    private Tensor past(AttentionCase c, float[] values, int size) {
        float[] rows = AttentionCase.rows(values, c.keys(), size, 0, c.past());
        return tensor(rows, c.types().key(), c.batch(), c.kvHeads(), c.past(), size);
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
        return bias == null
                ? masks
                : masks.withBias(tensor(bias.values(), c.types().bias(), bias.shape()));
    }

    private Tensor heads(AttentionCase c, float[] values, DataType type, int heads, int rows, int size) {
        return c.merged()
                ? tensor(merged(values, c.batch(), heads, rows, size), type, c.batch(), rows, (long) heads * size)
                : tensor(values, type, c.batch(), heads, rows, size);
    }

    private Tensor tensor(float[] values, DataType type, long... shape) {
        Tensor tensor = engine.tensor(HostTensor.of(values, shape).to(type));
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
