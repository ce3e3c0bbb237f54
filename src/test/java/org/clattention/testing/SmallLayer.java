package org.clattention.testing;

import java.util.SplittableRandom;
import org.clattention.AttentionEngine;
import org.clattention.AttentionInputs;
import org.clattention.AttentionResult;
import org.clattention.MultiHeadAttention;
import org.clattention.ReturnOptions;
import org.clattention.Tensor;
import org.clattention.config.AttentionConfig;
import org.clattention.config.AttentionWeights;
import org.clattention.config.HostTensor;

/** A layer, an input and a call that use every kind of memory, small enough to be run a thousand times. */
public final class SmallLayer {
    /** Grouped heads and a causal mask. */
    public static final AttentionConfig CONFIG =
            AttentionConfig.of(6, 2).withKvHeads(1).withCausal(true);

    private SmallLayer() {}

    /** Its weights, biases included. */
    public static AttentionWeights weights() {
        SplittableRandom random = new SplittableRandom(6);
        return AttentionWeights.of(
                        tensor(random, 6, 6), tensor(random, 3, 6), tensor(random, 3, 6), tensor(random, 6, 6))
                .withBiases(tensor(random, 6), null, tensor(random, 3), tensor(random, 6));
    }

    /** The shape of its input: B = 2, S = 5, D = 6. */
    public static long[] shape() {
        return new long[] {2, 5, 6};
    }

    /** Its input. */
    public static float[] input() {
        return tensor(new SplittableRandom(7), shape()).toFloats();
    }

    /** Opens the layer. */
    public static MultiHeadAttention open(AttentionEngine engine) {
        return engine.multiHeadAttention(CONFIG, weights());
    }

    /** One call on an uploaded input, with lengths and everything returned. */
    public static float[] forward(MultiHeadAttention layer, Tensor x) {
        AttentionInputs inputs = AttentionInputs.of(x).withLengths(3, 5).returning(new ReturnOptions(true, null, true));
        try (AttentionResult result = layer.forward(inputs)) {
            return result.output().toFloats();
        }
    }

    /** Everything from the weights to the result. */
    public static float[] run(AttentionEngine engine) {
        try (MultiHeadAttention layer = open(engine);
                Tensor x = engine.tensor(input(), shape())) {
            return forward(layer, x);
        }
    }

    private static HostTensor tensor(SplittableRandom random, long... shape) {
        float[] values = new float[AttentionCases.count(shape)];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextDouble(-1, 1);
        }
        return HostTensor.of(values, shape);
    }
}
