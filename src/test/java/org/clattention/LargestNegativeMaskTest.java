package org.clattention;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.assertj.core.data.Offset;
import org.clattention.config.AttentionOptions;
import org.clattention.testing.DeviceTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Additive masks that hold the smallest finite number in place of −∞, as some models do for padded rows: a row that has nothing
 * else is attended to evenly. A score that large fits a float as a power of e, but not as a power of 2.
 */
class LargestNegativeMaskTest extends DeviceTest {
    private static final int SIZE = 16;
    private static final float[] MINIMA = {-Float.MAX_VALUE, -3e38f, -2.4e38f, -3.3895314e38f};

    @Test
    @Tag("small")
    void oneQuery() {
        check(1, 40);
    }

    /** In several chunks of keys, or parts of them. */
    @Test
    void oneQueryAndManyKeys() {
        check(1, 700);
    }

    @Test
    void manyQueries() {
        check(37, 70);
    }

    private void check(int queries, int keys) {
        Random random = new Random(7);
        float[] v = new float[keys * SIZE];
        for (int n = 0; n < v.length; n++) {
            v[n] = random.nextFloat() - 0.5f;
        }
        double[] mean = mean(v, keys, 0, keys);
        double[] ofLast = mean(v, keys, keys - 3, keys);
        try (AttentionEngine engine = device.open();
                Tensor query = engine.tensor(new float[2 * queries * SIZE], 1, 2, queries, SIZE);
                Tensor key = engine.tensor(new float[keys * SIZE], 1, 1, keys, SIZE);
                Tensor value = engine.tensor(v, 1, 1, keys, SIZE)) {
            DotProductAttention attention = engine.dotProductAttention(AttentionOptions.DEFAULT);
            for (float minimum : MINIMA) {
                float[] mask = new float[2 * queries * keys];
                Arrays.fill(mask, minimum);
                // The second head sees the last three keys.
                for (int i = 0; i < queries; i++) {
                    Arrays.fill(mask, (queries + i + 1) * keys - 3, (queries + i + 1) * keys, 0);
                }
                try (Tensor bias = engine.tensor(mask, 1, 2, queries, keys);
                        AttentionResult result = attention.forward(DotProductInputs.of(query, key, value)
                                .withMasks(AttentionMasks.NONE.withBias(bias))
                                .returning(new ReturnOptions(false, null, true)))) {
                    float[] out = result.output().toFloats();
                    float[] sums = result.logSumExp().toFloats();
                    for (int n = 0; n < out.length; n++) {
                        double want = n < out.length / 2 ? mean[n % SIZE] : ofLast[n % SIZE];
                        assertThat(out[n]).isCloseTo((float) want, Offset.offset(1e-5f));
                    }
                    for (int i = 0; i < queries; i++) {
                        assertThat(sums[i]).isEqualTo(minimum);
                        assertThat(sums[queries + i]).isCloseTo((float) Math.log(3), Offset.offset(1e-5f));
                    }
                }
            }
        }
    }

    private static double[] mean(float[] v, int keys, int from, int to) {
        double[] mean = new double[SIZE];
        for (int j = from; j < Math.min(keys, to); j++) {
            for (int c = 0; c < SIZE; c++) {
                mean[c] += v[j * SIZE + c] / (double) (to - from);
            }
        }
        return mean;
    }
}
