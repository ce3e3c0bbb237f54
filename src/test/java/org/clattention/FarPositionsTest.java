package org.clattention;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.clattention.config.AttentionConfig;
import org.clattention.config.AttentionWeights;
import org.clattention.config.HostTensor;
import org.clattention.config.RotaryConfig;
import org.clattention.testing.DeviceTest;
import org.clattention.testing.LayerAnswers;
import org.clattention.testing.LayerCase;
import org.clattention.testing.StorageTypes;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** One token at a far position is turned as exactly as a near one, and costs no more memory. */
class FarPositionsTest extends DeviceTest {
    private static final int[] FAR = {0, 1 << 24, 65_535, 65_536, Integer.MAX_VALUE, 7};

    @Test
    @Tag("small")
    void farTokensAgreeWithTheReference() {
        try (AttentionEngine engine = device.open()) {
            for (RotaryConfig.Style style : RotaryConfig.Style.values()) {
                assertThat(LayerAnswers.check(engine, farCase(style))).isEmpty();
            }
        }
    }

    /** Two sequences of three tokens with heads of 128, so that tables end at 65,536 positions. */
    private static LayerCase farCase(RotaryConfig.Style style) {
        AttentionConfig config = AttentionConfig.of(8, 1, 128).withRotary(RotaryConfig.of(style, 10000));
        AttentionWeights weights =
                AttentionWeights.of(random(1, 128, 8), random(2, 128, 8), random(3, 128, 8), random(4, 8, 128));
        LayerCase plain = LayerCase.plain("far", config, weights, random(5, 2, 3, 8), StorageTypes.FLOATS);
        return new LayerCase(
                "far " + style,
                config,
                weights,
                plain.x(),
                null,
                null,
                null,
                null,
                FAR,
                plain.types(),
                -1,
                false,
                null,
                false);
    }

    @Test
    void aFarTokenTakesLittleMemory() {
        AttentionConfig config =
                AttentionConfig.of(8, 1, 8).withRotary(RotaryConfig.of(RotaryConfig.Style.HALF, 10000));
        AttentionWeights weights =
                AttentionWeights.of(random(1, 8, 8), random(2, 8, 8), random(3, 8, 8), random(4, 8, 8));
        try (AttentionEngine engine = device.open();
                MultiHeadAttention layer = engine.multiHeadAttention(config, weights);
                Tensor x = engine.tensor(random(5, 1, 1, 8))) {
            layer.forward(AttentionInputs.of(x).withPositions(1)).close();
            long before = engine.memoryInUse();
            layer.forward(AttentionInputs.of(x).withPositions(1 << 24)).close();
            assertThat(engine.memoryInUse() - before).isLessThan(4096);
        }
    }

    private static HostTensor random(long seed, int... shape) {
        SplittableRandom random = new SplittableRandom(seed);
        long[] sizes = new long[shape.length];
        int count = 1;
        for (int i = 0; i < shape.length; i++) {
            sizes[i] = shape[i];
            count *= shape[i];
        }
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextDouble(-1, 1);
        }
        return HostTensor.of(values, sizes);
    }
}
