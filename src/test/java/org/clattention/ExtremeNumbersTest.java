package org.clattention;

import static org.assertj.core.api.Assertions.assertThat;

import org.assertj.core.data.Offset;
import org.clattention.testing.DeviceTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Numbers at the ends of what is allowed mean what they mean between them. */
@Tag("small")
class ExtremeNumbersTest extends DeviceTest {
    /** The products of the one query with the keys are 0, 1 and 2. */
    private static final int SIZE = 16;

    private static final int KEYS = 3;

    @ParameterizedTest
    @ValueSource(doubles = {1e3, 1e6, 1e20, 3e38})
    void softcapFarAboveTheScoresChangesNothing(double softcap) {
        float[] capped = weights(AttentionOptions.DEFAULT.withScale(1).withSoftcap(softcap), Float.NaN);
        for (int j = 0; j < KEYS; j++) {
            double expected = Math.exp(j) / (1 + Math.E + Math.E * Math.E);
            assertThat((double) capped[j]).isCloseTo(expected, Offset.offset(1e-4));
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {1.2e-38, 1e-30})
    void smallestSoftcapMakesAllAlike(double softcap) {
        for (float weight : weights(AttentionOptions.DEFAULT.withScale(1).withSoftcap(softcap), Float.NaN)) {
            assertThat(weight).isCloseTo(1f / KEYS, Offset.offset(1e-6f));
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {1e30, 1.6e38})
    void largestScaleChoosesTheLargest(double scale) {
        assertThat(weights(AttentionOptions.DEFAULT.withScale(scale), Float.NaN))
                .containsExactly(0, 0, 1);
        assertThat(weights(AttentionOptions.DEFAULT.withScale(-scale), Float.NaN))
                .containsExactly(1, 0, 0);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 1.2e-38, -1.2e-38})
    void smallestScaleMakesAllAlike(double scale) {
        for (float weight : weights(AttentionOptions.DEFAULT.withScale(scale), Float.NaN)) {
            assertThat(weight).isCloseTo(1f / KEYS, Offset.offset(1e-6f));
        }
    }

    @Test
    void sinks() {
        assertThat(weights(AttentionOptions.DEFAULT.withScale(0), Float.MAX_VALUE))
                .containsExactly(0, 0, 0);
        for (float sink : new float[] {-Float.MAX_VALUE, Float.NEGATIVE_INFINITY}) {
            for (float weight : weights(AttentionOptions.DEFAULT.withScale(0), sink)) {
                assertThat(weight).isCloseTo(1f / KEYS, Offset.offset(1e-6f));
            }
        }
    }

    /** The weights that values of 1 at a key's place, 0 elsewhere, give back. */
    private float[] weights(AttentionOptions options, float sink) {
        float[] q = new float[SIZE];
        float[] k = new float[KEYS * SIZE];
        float[] v = new float[KEYS * SIZE];
        q[0] = 1;
        for (int j = 0; j < KEYS; j++) {
            k[j * SIZE] = j;
            v[j * SIZE + j] = 1;
        }
        try (AttentionEngine engine = device.open();
                Tensor query = engine.tensor(q, 1, 1, 1, SIZE);
                Tensor key = engine.tensor(k, 1, 1, KEYS, SIZE);
                Tensor value = engine.tensor(v, 1, 1, KEYS, SIZE);
                Tensor sinks = engine.tensor(new float[] {sink}, 1)) {
            DotProductInputs inputs = DotProductInputs.of(query, key, value);
            if (!Float.isNaN(sink)) {
                inputs = inputs.withSinks(sinks);
            }
            try (AttentionResult result = engine.dotProductAttention(options).forward(inputs)) {
                float[] y = result.output().toFloats();
                return new float[] {y[0], y[1], y[2]};
            }
        }
    }
}
