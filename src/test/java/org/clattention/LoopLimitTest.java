package org.clattention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.assertj.core.data.Offset;
import org.clattention.config.AttentionConfig;
import org.clattention.config.AttentionOptions;
import org.clattention.config.AttentionWeights;
import org.clattention.config.HostTensor;
import org.clattention.error.DeviceException;
import org.clattention.testing.TestDevice;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Mesa's llvmpipe ends long loops without a word: up to the limit its results are right, beyond it calls are refused. */
class LoopLimitTest {
    private static final int MOST = 4096;
    private static final int SIZE = 16;

    @ParameterizedTest
    @EnumSource(names = {"RUSTICL", "RUSTICL_GPU"})
    void ofKeys(TestDevice device) {
        for (int queries : new int[] {1, 40}) {
            float[] got = attend(device, queries, MOST);
            assertClose(got, attend(TestDevice.JAVA, queries, MOST));
            assertThatThrownBy(() -> attend(device, queries, MOST + 1))
                    .isInstanceOf(DeviceException.class)
                    .hasMessageContaining("llvmpipe")
                    .hasMessageContaining("4097");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"RUSTICL", "RUSTICL_GPU"})
    void ofInputs(TestDevice device) {
        for (int rows : new int[] {1, 40}) {
            float[] got = feed(device, rows, MOST);
            assertClose(got, feed(TestDevice.JAVA, rows, MOST));
            assertThatThrownBy(() -> feed(device, rows, MOST + 16))
                    .isInstanceOf(DeviceException.class)
                    .hasMessageContaining("llvmpipe")
                    .hasMessageContaining("4112");
        }
    }

    private static float[] attend(TestDevice device, int queries, int keys) {
        Random random = new Random(3);
        try (AttentionEngine engine = device.open();
                Tensor q = engine.tensor(random(random, queries * SIZE), 1, 1, queries, SIZE);
                Tensor k = engine.tensor(random(random, keys * SIZE), 1, 1, keys, SIZE);
                Tensor v = engine.tensor(random(random, keys * SIZE), 1, 1, keys, SIZE);
                AttentionResult result =
                        engine.dotProductAttention(AttentionOptions.DEFAULT).forward(DotProductInputs.of(q, k, v))) {
            return result.output().toFloats();
        }
    }

    /** Self-attention of this width, with one head. */
    private static float[] feed(TestDevice device, int rows, int width) {
        Random random = new Random(4);
        HostTensor down = HostTensor.of(random(random, SIZE * width), SIZE, width);
        HostTensor up = HostTensor.of(random(random, width * SIZE), width, SIZE);
        AttentionConfig config = AttentionConfig.of(width, 1).withHeadSize(SIZE, SIZE);
        try (AttentionEngine engine = device.open();
                MultiHeadAttention layer =
                        engine.multiHeadAttention(config, AttentionWeights.of(down, down, down, up));
                Tensor x = engine.tensor(random(random, rows * width), 1, rows, width);
                AttentionResult result = layer.forward(AttentionInputs.of(x))) {
            return result.output().toFloats();
        }
    }

    private static float[] random(Random random, int count) {
        float[] x = new float[count];
        for (int n = 0; n < count; n++) {
            x[n] = (random.nextFloat() - 0.5f) / 16;
        }
        return x;
    }

    private static void assertClose(float[] got, float[] want) {
        assertThat(got).hasSameSizeAs(want);
        for (int n = 0; n < got.length; n++) {
            assertThat(got[n]).isCloseTo(want[n], Offset.offset(1e-5f));
        }
    }
}
