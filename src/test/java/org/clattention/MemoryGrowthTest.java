package org.clattention;

import static org.assertj.core.api.Assertions.assertThat;

import org.clattention.config.AttentionConfig;
import org.clattention.config.AttentionWeights;
import org.clattention.testing.NoLiveHandles;
import org.clattention.testing.TestDevice;
import org.clattention.verify.SeededTensors;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Fused attention keeps nothing of queries times keys: memory grows with the length, not with its square. */
@ExtendWith(NoLiveHandles.class)
class MemoryGrowthTest {
    private static final int WIDTH = 32;
    private static final int LENGTH = 4096;

    @ParameterizedTest
    @EnumSource(
            value = TestDevice.class,
            names = {"POCL_CPU", "JAVA"})
    void twiceTheLengthTakesTwiceTheMemory(TestDevice device) {
        long once = memory(device, LENGTH);
        long twice = memory(device, 2 * LENGTH);
        assertThat(once).as("all scores").isLessThan(4L * LENGTH * LENGTH);
        assertThat((double) twice / once).isLessThan(2.5);
    }

    /** Device memory that a layer of one head, its call and its result hold in the end; scratch never shrinks. */
    private static long memory(TestDevice device, int length) {
        AttentionWeights weights = AttentionWeights.of(
                SeededTensors.tensor(1, 0, 0.2, WIDTH, WIDTH),
                SeededTensors.tensor(1, 1, 0.2, WIDTH, WIDTH),
                SeededTensors.tensor(1, 2, 0.2, WIDTH, WIDTH),
                SeededTensors.tensor(1, 3, 0.2, WIDTH, WIDTH));
        try (AttentionEngine engine = device.open();
                MultiHeadAttention layer = engine.multiHeadAttention(AttentionConfig.of(WIDTH, 1), weights);
                Tensor x = engine.tensor(SeededTensors.tensor(1, 4, 1, 1, length, WIDTH));
                AttentionResult result = layer.forward(AttentionInputs.of(x))) {
            assertThat(result.output().dim(1)).isEqualTo(length);
            return engine.memoryInUse();
        }
    }
}
