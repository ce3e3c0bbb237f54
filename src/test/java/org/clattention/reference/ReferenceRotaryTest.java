package org.clattention.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.clattention.reference.Values.assertClose;
import static org.clattention.reference.Values.random;
import static org.clattention.reference.Values.shape;
import static org.clattention.reference.Values.tensor;

import java.util.Random;
import org.clattention.config.HostTensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReferenceRotaryTest {
    private static final ReferenceRotaryScaling NONE = ReferenceRotaryScaling.none();

    private static RefTensor rotate(RefTensor x, long position, RotaryOptions options) {
        return ReferenceRotary.rotate(x, HostTensor.ofLongs(new long[] {position}, 1, 1), options);
    }

    @Test
    void turnsPairsByPositionTimesFrequency() {
        RefTensor x = tensor(shape(1, 1, 1, 4), 1, 2, 3, 4);
        // theta 100 and dim 4: the frequencies are 1 and 0.1. Position 3.
        double c0 = Math.cos(3);
        double s0 = Math.sin(3);
        double c1 = Math.cos(0.3);
        double s1 = Math.sin(0.3);
        assertClose(
                rotate(x, 3, new RotaryOptions(false, 100, 0, NONE)),
                c0 - 3 * s0,
                2 * c1 - 4 * s1,
                s0 + 3 * c0,
                2 * s1 + 4 * c1);
        assertClose(
                rotate(x, 3, new RotaryOptions(true, 100, 0, NONE)),
                c0 - 2 * s0,
                s0 + 2 * c0,
                3 * c1 - 4 * s1,
                3 * s1 + 4 * c1);
    }

    @Test
    void partialRotationLeavesTheRest() {
        RefTensor x = tensor(shape(1, 1, 1, 4), 1, 2, 3, 4);
        assertClose(
                rotate(x, 1, new RotaryOptions(false, 10000, 2, NONE)),
                Math.cos(1) - 2 * Math.sin(1),
                Math.sin(1) + 2 * Math.cos(1),
                3,
                4);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void productsDependOnTheDistanceAlone(boolean interleaved) {
        Random random = new Random(8);
        RotaryOptions options = new RotaryOptions(interleaved, 10000, 0, NONE);
        RefTensor q = random(random, 1, 1, 1, 16);
        RefTensor k = random(random, 1, 1, 1, 16);
        double near = product(rotate(q, 9, options), rotate(k, 4, options));
        double far = product(rotate(q, 1009, options), rotate(k, 1004, options));
        assertThat(far).isEqualTo(near, within(1e-10));
        assertThat(product(rotate(q, 9, options), rotate(k, 5, options))).isNotCloseTo(near, within(1e-3));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void keepsNorms(boolean interleaved) {
        RefTensor x = random(new Random(9), 1, 1, 1, 32);
        RefTensor turned = rotate(x, 12345, new RotaryOptions(interleaved, 5e5, 0, NONE));
        assertThat(product(turned, turned)).isEqualTo(product(x, x), within(1e-12));
    }

    @Test
    void everyTokenAndHeadTurnsByItsOwnPosition() {
        RefTensor x = RefTensor.zeros(2, 2, 2, 2);
        for (int n = 0; n < 8; n++) {
            x.values()[2 * n] = 1;
        }
        HostTensor positions = HostTensor.ofInts(new int[] {0, 5, 2, 3}, 2, 2);
        RefTensor y = ReferenceRotary.rotate(x, positions, new RotaryOptions(false, 10000, 0, NONE));
        int[] turns = {0, 5, 0, 5, 2, 3, 2, 3};
        for (int n = 0; n < 8; n++) {
            assertThat(y.values()[2 * n]).isEqualTo(Math.cos(turns[n]), within(1e-15));
            assertThat(y.values()[2 * n + 1]).isEqualTo(Math.sin(turns[n]), within(1e-15));
        }
    }

    @Test
    void linearScalingDividesPositions() {
        RefTensor x = random(new Random(10), 1, 1, 1, 8);
        RotaryOptions scaled = new RotaryOptions(false, 10000, 0, new ReferenceRotaryScaling.Linear(4));
        assertClose(rotate(x, 12, scaled), rotate(x, 3, new RotaryOptions(false, 10000, 0, NONE)), 1e-14);
    }

    @Test
    void llama3ScalingByWavelength() {
        ReferenceRotaryScaling scaling = new ReferenceRotaryScaling.Llama3(8, 1, 4, 8192);
        for (int i = 0; i < 64; i++) {
            double f = 1 / Math.pow(500000, i / 64.0);
            double wavelength = 2 * Math.PI / f;
            double want;
            if (wavelength < 8192 / 4.0) {
                want = f;
            } else if (wavelength > 8192) {
                want = f / 8;
            } else {
                double smooth = (8192 / wavelength - 1) / 3;
                want = (1 - smooth) * f / 8 + smooth * f;
            }
            assertThat(scaling.frequency(i, 128, 500000)).isEqualTo(want, within(1e-15));
        }
    }

    @Test
    void yarnScalingByPairs() {
        // Context 4096, theta 10000, dim 128: pair 20.94 turns 32 times and pair 45.03 turns once: a ramp from 20 to
        // 46.
        ReferenceRotaryScaling scaling = new ReferenceRotaryScaling.Yarn(16, 4096, 32, 1, 1.5);
        for (int i = 0; i < 64; i++) {
            double f = Math.pow(10000, -i / 64.0);
            double ramp = i <= 20 ? 0 : i >= 46 ? 1 : (i - 20) / 26.0;
            assertThat(scaling.frequency(i, 128, 10000)).isEqualTo(f * (1 - ramp * 15 / 16), within(1e-15));
        }
        assertThat(ReferenceRotaryScaling.Yarn.paperAmplitude(16, 1)).isEqualTo(1.2772588722239782, within(1e-15));
        RefTensor x = random(new Random(12), 1, 1, 1, 128);
        RefTensor y = rotate(x, 77, new RotaryOptions(true, 10000, 0, scaling));
        assertThat(product(y, y)).isEqualTo(2.25 * product(x, x), within(1e-10));
    }

    @Test
    void yarnRampEndsAtTheLastElementOfAHead() {
        // Context 4096, theta 10, dim 8: pair 0.42 turns 512 times; pair 11.26 would turn once, and 7 stands for it.
        ReferenceRotaryScaling scaling = new ReferenceRotaryScaling.Yarn(2, 4096, 512, 1, 1);
        double f = Math.pow(10, -0.5);
        assertThat(scaling.frequency(2, 8, 10)).isEqualTo(f * (1 - 2 / 7.0 / 2), within(1e-15));
    }

    @Test
    void onnxOperatorReadsTheCacheByPosition() {
        RefTensor x = tensor(shape(1, 1, 2, 2), 1, 0, 1, 0);
        RefTensor cos = tensor(shape(3, 1), 1, 2, 3);
        RefTensor sin = tensor(shape(3, 1), 4, 5, 6);
        HostTensor positions = HostTensor.ofLongs(new long[] {2, 0}, 1, 2);
        assertClose(ReferenceRotary.rotate(x, cos, sin, positions, false, 0), 3, 6, 1, 4);
        assertThatThrownBy(() ->
                        ReferenceRotary.rotate(x, cos, sin, HostTensor.ofLongs(new long[] {3, 0}, 1, 2), false, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("position_ids", "3");
        assertThatThrownBy(() -> ReferenceRotary.rotate(x, cos, sin, null, false, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("cos_cache", "[3, 1]", "[1, 2, 1]");
    }

    @Test
    void rejectsDimensionsThatDoNotFit() {
        RefTensor x = RefTensor.zeros(1, 1, 1, 4);
        assertThatThrownBy(() -> rotate(x, 0, new RotaryOptions(false, 10000, 6, NONE)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("dim: 6");
        assertThatThrownBy(() -> new RotaryOptions(false, 10000, 3, NONE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("dim: 3");
    }

    private static double product(RefTensor a, RefTensor b) {
        double sum = 0;
        for (int n = 0; n < a.values().length; n++) {
            sum += a.values()[n] * b.values()[n];
        }
        return sum;
    }
}
