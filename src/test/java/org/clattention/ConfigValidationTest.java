package org.clattention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.function.DoubleFunction;
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
        refuses(() -> good.withScale(Double.NaN), "scale: NaN must be 0 or of a magnitude from");
        refuses(() -> good.withScale(Double.POSITIVE_INFINITY), "scale: Infinity must be 0 or of a magnitude");
        refuses(() -> good.withWindow(-2, 0), "leftWindow: -2 must be at least -1");
        refuses(() -> good.withWindow(0, -2), "rightWindow: -2 must be at least -1");
        refuses(() -> good.withSoftcap(-1), "softcap: -1.0 must be 0 (none) or positive");
        refuses(() -> good.withSoftcap(Double.NaN), "softcap: NaN must be 0 (none) or positive");
        refuses(() -> good.withSoftcap(Double.POSITIVE_INFINITY), "softcap: Infinity must be 0 (none) or positive");
        refuses(
                () -> new AttentionOptions(OptionalDouble.empty(), false, CausalAlignment.TOP_LEFT, -9, 0, 0),
                "leftWindow: -9");
    }

    /** What a float rounds to 0 or to infinity, or holds only as a subnormal, which devices may flush to 0. */
    private static final double[] NOT_FLOATS = {1e-50, 1e-46, 1e-39, 3.5e38, 1e39, 1e300};

    @Test
    void numbersAreCheckedAsTheFloatsThatTheyBecome() {
        AttentionOptions options = AttentionOptions.DEFAULT;
        Map<String, DoubleFunction<Object>> positive = new TreeMap<>(Map.of(
                "theta", x -> RotaryConfig.of(RotaryConfig.Style.HALF, x),
                "normEpsilon", GOOD::withNormEpsilon,
                "factor", RotaryScaling.Linear::new,
                "lowFreqFactor", x -> new RotaryScaling.Llama3(8, x, 4, 8192),
                "highFreqFactor", x -> new RotaryScaling.Llama3(8, 1, x, 8192),
                "originalContext", x -> new RotaryScaling.Llama3(8, 1, 4, x),
                "betaFast", x -> new RotaryScaling.Yarn(2, 1024, x, 1, 1),
                "betaSlow", x -> new RotaryScaling.Yarn(2, 1024, 32, x, 1),
                "attentionFactor", x -> new RotaryScaling.Yarn(2, 1024, 32, 1, x)));
        for (double bad : NOT_FLOATS) {
            refuses(() -> options.withScale(bad), "scale: " + bad + " must be 0 or of a magnitude from 1.17549435E-38");
            refuses(() -> options.withScale(-bad), "scale: " + -bad + " must be 0 or of a magnitude");
            refuses(() -> options.withSoftcap(bad), "softcap: " + bad + " must be 0 (none) or positive");
            positive.forEach((name, call) ->
                    refuses(() -> call.apply(bad), name + ": " + bad + " must be positive and from 1.17549435E-38 to"));
            refuses(() -> latent(bad), "normEpsilon: " + bad + " must be positive");
            refuses(() -> block(bad), "normEpsilon: " + bad + " must be positive");
            refuses(() -> new RotaryScaling.Llama3(bad, 1, 4, 8192), "factor: " + bad);
            refuses(() -> new RotaryScaling.Yarn(bad, 1024, 32, 1, 1), "factor: " + bad);
            refuses(() -> new RotaryScaling.Yarn(2, bad, 32, 1, 1), "originalContext: " + bad);
        }
        positive.forEach((name, call) -> {
            refuses(() -> call.apply(0), name + ": 0.0 must be positive");
            refuses(() -> call.apply(-1), name + ": -1.0 must be positive");
            refuses(() -> call.apply(Double.NaN), name + ": NaN must be positive");
            assertThat(call.apply(3)).isNotNull();
        });
        assertThat(options.withScale(-3.4e38).withSoftcap(1.2e-38).softcap()).isEqualTo(1.2e-38);
    }

    private static LatentConfig latent(double epsilon) {
        return new LatentConfig(8, 2, 4, 4, 4, 8, 0, AttentionOptions.DEFAULT, null, epsilon, LatentConfig.Form.AUTO);
    }

    private static BlockConfig block(double epsilon) {
        return new BlockConfig(GOOD, BlockConfig.Norm.RMS, BlockConfig.NormPosition.PRE, epsilon, Activation.SILU, 16);
    }

    @Test
    void yarnNeedsFrequenciesThatFall() {
        refuses(
                () -> new RotaryConfig(RotaryConfig.Style.HALF, 1, 0, RotaryScaling.Yarn.of(2, 1024)),
                "theta: 1.0 must exceed 1 with YaRN");
    }

    /** What the message advises can be called, and gives what was meant. */
    @Test
    void headsOfASizeOfTheirOwn() {
        refuses(
                () -> AttentionConfig.of(64, 5),
                "modelWidth: 64 is not a multiple of numHeads = 5; give the head size, too: "
                        + "AttentionConfig.of(64, 5, headSize)");
        AttentionConfig config = AttentionConfig.of(64, 5, 16);
        assertThat(config.queryWidth()).isEqualTo(80);
        assertThat(config).isEqualTo(new AttentionConfig(64, 64, 64, 5, 5, 16, 16, AttentionOptions.DEFAULT));
        refuses(() -> AttentionConfig.of(64, 5, 0), "headSize: 0 must be at least 1");
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
