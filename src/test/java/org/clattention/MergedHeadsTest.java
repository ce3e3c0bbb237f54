package org.clattention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.clattention.config.AttentionOptions;
import org.clattention.testing.DeviceTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Heads side by side in one row give what heads apart give, where a row of all heads is as wide as a padded row of one. */
class MergedHeadsTest extends DeviceTest {
    private static final int HEADS = 2;
    private static final int KEYS = 5;
    private static final int SIZE = 16;

    @Test
    @Tag("small")
    void narrowValuesSideBySide() {
        float[] q = random(1, HEADS * SIZE);
        float[] k = random(2, KEYS * HEADS * SIZE);
        float[] v = random(3, KEYS * HEADS * SIZE);
        try (AttentionEngine engine = device.open();
                Tensor query = engine.tensor(q, 1, 1, HEADS * SIZE);
                Tensor key = engine.tensor(k, 1, KEYS, HEADS * SIZE);
                Tensor value = engine.tensor(v, 1, KEYS, HEADS * SIZE);
                Tensor queryApart = engine.tensor(q, 1, HEADS, 1, SIZE);
                Tensor keyApart = engine.tensor(apart(k), 1, HEADS, KEYS, SIZE);
                Tensor valueApart = engine.tensor(apart(v), 1, HEADS, KEYS, SIZE)) {
            DotProductAttention attention = engine.dotProductAttention(AttentionOptions.DEFAULT);
            try (AttentionResult merged = attention.forward(DotProductInputs.merged(query, key, value, HEADS, HEADS));
                    AttentionResult separate =
                            attention.forward(DotProductInputs.of(queryApart, keyApart, valueApart))) {
                assertThat(merged.output().toFloats())
                        .usingComparatorWithPrecision(1e-6f)
                        .containsExactly(separate.output().toFloats());
                assertThat(merged.output().toFloats()[0]).isCloseTo(first(q, k, v), within(1e-5f));
            }
        }
    }

    /** The first component of the first head, by the formula. */
    private static float first(float[] q, float[] k, float[] v) {
        double sum = 0;
        double out = 0;
        for (int j = 0; j < KEYS; j++) {
            double score = 0;
            for (int c = 0; c < SIZE; c++) {
                score += (double) q[c] * k[j * HEADS * SIZE + c];
            }
            double weight = Math.exp(score / Math.sqrt(SIZE));
            sum += weight;
            out += weight * v[j * HEADS * SIZE];
        }
        return (float) (out / sum);
    }

    /** [T, H, d] as [H, T, d]. */
    private static float[] apart(float[] merged) {
        float[] result = new float[merged.length];
        for (int j = 0; j < KEYS; j++) {
            for (int h = 0; h < HEADS; h++) {
                System.arraycopy(merged, (j * HEADS + h) * SIZE, result, (h * KEYS + j) * SIZE, SIZE);
            }
        }
        return result;
    }

    private static float[] random(long seed, int count) {
        Random random = new Random(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }
}
