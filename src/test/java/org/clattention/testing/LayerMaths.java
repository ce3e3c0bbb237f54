package org.clattention.testing;

import org.clattention.config.AttentionConfig;
import org.clattention.config.AttentionWeights;
import org.clattention.config.HostTensor;
import org.clattention.config.RotaryConfig;
import org.jspecify.annotations.Nullable;

/** A multi-head attention layer, step by step. */
final class LayerMaths {
    private LayerMaths() {}

    /** The attention inside a layer, after projection, norms and rotation. */
    static AttentionCase attention(Steps steps, LayerCase c) {
        return attention(steps, c, c.x().toDoubles());
    }

    /** The same with x given in full precision. */
    static AttentionCase attention(Steps steps, LayerCase c, double[] x) {
        AttentionConfig config = c.config();
        AttentionWeights w = c.weights();
        double[] source = c.memory() == null ? x : c.memory().toDoubles();
        int kv = config.numKvHeads();
        double[] q = split(steps.linear(x, w.query(), w.queryBias()), c.batch(), config.numHeads(), c.queries());
        double[] k = split(steps.linear(source, w.key(), w.keyBias()), c.batch(), kv, c.keys());
        double[] v = split(steps.linear(source, w.value(), w.valueBias()), c.batch(), kv, c.keys());
        q = normed(steps, q, w.extras().queryNorm(), config.normEpsilon());
        k = normed(steps, k, w.extras().keyNorm(), config.normEpsilon());
        RotaryConfig rotary = config.rotary();
        if (rotary != null) {
            q = steps.rotate(q, c.batch(), config.numHeads(), c.queries(), c.rotaryPositions(), rotary);
            k = steps.rotate(k, c.batch(), kv, c.keys(), c.rotaryPositions(), rotary);
        }
        return new AttentionCase(
                c.name(),
                c.batch(),
                config.numHeads(),
                kv,
                c.queries(),
                c.keys(),
                0,
                config.headSize(),
                config.valueHeadSize(),
                false,
                config.options(),
                Steps.floats(q),
                StorageTypes.round(Steps.floats(k), c.types().key()),
                StorageTypes.round(Steps.floats(v), c.types().key()),
                c.attend(),
                c.bias(),
                c.lengths(),
                floats(w.extras().sinks()),
                floats(w.extras().alibiSlopes()),
                StorageTypes.FLOATS,
                c.topKeys(),
                c.wantWeights(),
                c.wanted(),
                c.wantLogSumExp());
    }

    /** From contexts [B, H, S, dv] to the layer's output. */
    static double[] output(Steps steps, LayerCase c, double[] context) {
        AttentionConfig config = c.config();
        int run = c.queries() * config.valueHeadSize();
        HostTensor gate = c.weights().extras().headGate();
        double[] gated = context.clone();
        for (int n = 0; gate != null && n < gated.length; n++) {
            float factor = gate.getFloat(n / run % config.numHeads());
            // A removed head is absent, whatever it holds.
            gated[n] = factor == 0 ? 0 : factor * context[n];
        }
        double[] merged = merge(gated, c.batch(), config.numHeads(), c.queries());
        return steps.linear(merged, c.weights().output(), c.weights().outputBias());
    }

    private static double[] normed(Steps steps, double[] x, @Nullable HostTensor weight, double epsilon) {
        return weight == null ? x : steps.rmsNorm(x, weight, epsilon);
    }

    private static float @Nullable [] floats(@Nullable HostTensor tensor) {
        return tensor == null ? null : tensor.toFloats();
    }

    /** From [batch, rows, heads · size] to [batch, heads, rows, size]. */
    static double[] split(double[] x, int batch, int heads, int rows) {
        return EngineAnswers.headMajor(x, batch, heads, rows, x.length / (batch * heads * rows));
    }

    /** From [batch, heads, rows, size] to [batch, rows, heads · size]. */
    static double[] merge(double[] x, int batch, int heads, int rows) {
        // Heads and rows trade places.
        return EngineAnswers.headMajor(
                x, batch, /* heads= */ rows, /* rows= */ heads, x.length / (batch * heads * rows));
    }
}
