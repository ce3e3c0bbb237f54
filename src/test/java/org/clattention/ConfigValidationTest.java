package org.clattention;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.OptionalDouble;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Configurations and options refuse what cannot be, without a device. */
@Tag("small")
class ConfigValidationTest {
    private static final AttentionConfig GOOD = AttentionConfig.of(8, 2);

    @Test
    void sizesArePositive() {
        refuses(() -> AttentionConfig.of(0, 1), "modelWidth: 0 must be at least 1");
        refuses(() -> AttentionConfig.of(8, 0), "numHeads: 0 must be at least 1");
        refuses(() -> AttentionConfig.of(8, 3), "modelWidth: 8 is not a multiple of numHeads = 3");
        refuses(() -> GOOD.withHeadSize(0, 4), "headSize: 0 must be at least 1");
        refuses(() -> GOOD.withHeadSize(4, -1), "valueHeadSize: -1 must be at least 1");
        refuses(() -> GOOD.withMemoryWidth(0), "memoryWidth: 0 must be at least 1");
        refuses(() -> GOOD.withOutputWidth(0), "outputWidth: 0 must be at least 1");
        refuses(() -> GOOD.withKvHeads(0), "numKvHeads: 0 must be at least 1");
    }

    @Test
    void headsComeInGroups() {
        refuses(() -> AttentionConfig.of(12, 6).withKvHeads(4), "numHeads: 6 is not a multiple of numKvHeads = 4");
    }

    @Test
    void productsFit() {
        AttentionConfig many = AttentionConfig.of(1 << 20, 1 << 20);
        refuses(() -> many.withHeadSize(1 << 11, 1), "numHeads * headSize: 2147483648 must be at most 2147483647");
        refuses(() -> many.withHeadSize(1, 1 << 11), "numHeads * valueHeadSize: 2147483648 must be at most");
    }

    @Test
    void optionsLieInTheirRanges() {
        AttentionOptions good = AttentionOptions.DEFAULT;
        refuses(() -> good.withScale(Double.NaN), "scale: NaN is not finite");
        refuses(() -> good.withScale(Double.POSITIVE_INFINITY), "scale: Infinity is not finite");
        refuses(() -> good.withWindow(-2, 0), "leftWindow: -2 must be at least -1");
        refuses(() -> good.withWindow(0, -2), "rightWindow: -2 must be at least -1");
        refuses(() -> good.withSoftcap(-1), "softcap: -1.0 must be finite and not negative");
        refuses(() -> good.withSoftcap(Double.NaN), "softcap: NaN must be finite and not negative");
        refuses(() -> good.withSoftcap(Double.POSITIVE_INFINITY), "softcap: Infinity must be finite");
        refuses(
                () -> new AttentionOptions(OptionalDouble.empty(), false, CausalAlignment.TOP_LEFT, -9, 0, 0),
                "leftWindow: -9");
    }

    @Test
    void packedWeightsHaveThreeParts() {
        HostTensor seven = HostTensor.of(new float[14], 7, 2);
        HostTensor six = HostTensor.of(new float[12], 6, 2);
        HostTensor two = HostTensor.of(new float[4], 2, 2);
        refuses(() -> AttentionWeights.ofPacked(seven, null, two, null), "inProjection: F32 [7, 2] must be [3 * D, D]");
        refuses(
                () -> AttentionWeights.ofPacked(six, HostTensor.of(new float[5], 5), two, null),
                "inBias: F32 [5] must be [6]");
    }

    private static void refuses(ThrowingCallable call, String message) {
        assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessageContaining(message);
    }
}
