package org.clattention;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.clattention.config.AttentionConfig;
import org.clattention.config.AttentionOptions;
import org.clattention.config.AttentionWeights;
import org.clattention.config.DataType;
import org.clattention.config.HostTensor;
import org.clattention.testing.DeviceTest;
import org.junit.jupiter.api.Test;

/**
 * Small integers are exact in every type and in every order of summation, so projections must match bit for bit. One key
 * makes attention a copy: the output is W_O·(W_v·x + b_v) + b_O.
 */
class ExactProjectionTest extends DeviceTest {
    @Test
    void projectionsOfIntegersAreExact() {
        try (AttentionEngine engine = device.open()) {
            for (DataType type : new DataType[] {DataType.F32, DataType.F16, DataType.BF16}) {
                for (int[] size : new int[][] {{1, 1, 1, 1}, {3, 5, 2, 7}, {9, 33, 4, 17}, {2, 70, 3, 31}}) {
                    compare(engine, type, size[0], size[1], size[2], size[3]);
                }
            }
        }
    }

    private static void compare(AttentionEngine engine, DataType type, int batch, int width, int heads, int size) {
        SplittableRandom random = new SplittableRandom(width);
        int context = heads * size;
        AttentionConfig config =
                new AttentionConfig(width, width, width, heads, heads, size, size, AttentionOptions.DEFAULT);
        float[] x = integers(random, batch * width);
        float[] wv = integers(random, context * width);
        float[] wo = integers(random, width * context);
        float[] bv = integers(random, context);
        float[] bo = integers(random, width);
        HostTensor any = HostTensor.of(integers(random, context * width), context, width);
        AttentionWeights weights = AttentionWeights.of(
                        any, any, HostTensor.of(wv, context, width), HostTensor.of(wo, width, context))
                .to(type)
                .withBiases(null, null, HostTensor.of(bv, context), HostTensor.of(bo, width));
        float[] want = linear(linear(x, wv, bv, batch), wo, bo, batch);
        try (MultiHeadAttention layer = engine.multiHeadAttention(config, weights);
                Tensor in = engine.tensor(x, batch, 1, width);
                AttentionResult result = layer.forward(AttentionInputs.of(in))) {
            assertThat(result.output().toFloats())
                    .as("%s weights, %s", type, config)
                    .isEqualTo(want);
        }
    }

    private static float[] linear(float[] x, float[] w, float[] bias, int rows) {
        int inner = x.length / rows;
        float[] y = new float[rows * bias.length];
        for (int i = 0; i < y.length; i++) {
            long sum = (long) bias[i % bias.length];
            for (int k = 0; k < inner; k++) {
                int a = (int) x[i / bias.length * inner + k];
                int b = (int) w[i % bias.length * inner + k];
                sum += (long) a * b;
            }
            y[i] = sum;
        }
        return y;
    }

    private static float[] integers(SplittableRandom random, int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = random.nextInt(-3, 4);
        }
        return values;
    }
}
