package org.clattention;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.assertj.core.data.Offset;
import org.clattention.config.AttentionOptions;
import org.clattention.testing.DeviceTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Scores so large that their own rounding is far more than 1: the largest still share all weight, evenly if they are equal. */
class LargeScoresTest extends DeviceTest {
    private static final int KEYS = 37;
    private static final int SIZE = 16;

    @Test
    @Tag("small")
    void oneQuery() {
        check(1);
    }

    @Test
    void manyQueries() {
        check(40);
    }

    private void check(int queries) {
        float[] q = new float[queries * SIZE];
        Arrays.fill(q, 1.37e6f);
        float[] k = new float[KEYS * SIZE];
        float[] v = new float[KEYS * SIZE];
        for (int j = 0; j < KEYS; j++) {
            boolean largest = j == 5 || j == 33;
            Arrays.fill(k, j * SIZE, (j + 1) * SIZE, largest ? 1.71e6f : 0.9e6f);
            Arrays.fill(v, j * SIZE, (j + 1) * SIZE, j);
        }
        try (AttentionEngine engine = device.open();
                Tensor query = engine.tensor(q, 1, 1, queries, SIZE);
                Tensor key = engine.tensor(k, 1, 1, KEYS, SIZE);
                Tensor value = engine.tensor(v, 1, 1, KEYS, SIZE);
                AttentionResult result = engine.dotProductAttention(AttentionOptions.DEFAULT)
                        .forward(DotProductInputs.of(query, key, value))) {
            for (float component : result.output().toFloats()) {
                assertThat(component).isCloseTo((5 + 33) / 2f, Offset.offset(1e-4f));
            }
        }
    }
}
