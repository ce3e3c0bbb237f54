package org.clattention.internal.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.clattention.config.RotaryConfig;
import org.clattention.config.RotaryScaling;
import org.clattention.internal.layer.rotary.RotaryFrequencies;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Frequencies against their published definitions. */
@Tag("small")
class RotaryFrequenciesTest {
    private static RotaryConfig config(double theta, RotaryScaling scaling) {
        return new RotaryConfig(RotaryConfig.Style.HALF, theta, 0, scaling);
    }

    @Test
    void plainFrequenciesFallGeometrically() {
        RotaryConfig plain = config(10000, RotaryScaling.NONE);
        assertThat(RotaryFrequencies.frequency(plain, 128, 0)).isEqualTo(1);
        assertThat(RotaryFrequencies.frequency(plain, 128, 32)).isCloseTo(0.01, within(1e-15));
        assertThat(RotaryFrequencies.frequency(plain, 128, 16)).isCloseTo(0.1, within(1e-15));
        assertThat(RotaryFrequencies.frequency(config(10000, new RotaryScaling.Linear(4)), 128, 32))
                .isCloseTo(0.0025, within(1e-15));
    }

    /** Llama 3.1: theta 500000, factor 8, low 1, high 4, original context 8192. */
    @Test
    void llama31() {
        RotaryConfig llama = config(500000, new RotaryScaling.Llama3(8, 1, 4, 8192));
        for (int i = 0; i < 64; i++) {
            double plain = Math.exp(-i / 64.0 * Math.log(500000));
            double turns = 8192 * plain / (2 * Math.PI);
            double want = turns > 4
                    ? plain
                    : turns < 1 ? plain / 8 : plain * (1 / 8.0 + (1 - 1 / 8.0) * (turns - 1) / (4 - 1));
            assertThat(RotaryFrequencies.frequency(llama, 128, i))
                    .as("pair %d", i)
                    .isCloseTo(want, within(want * 1e-12));
        }
        // Pair 28 still turns 4.2 times in 8192 tokens, pair 36 turns 0.8 times.
        assertThat(RotaryFrequencies.frequency(llama, 128, 28)).isCloseTo(0.0032114, within(1e-6));
        assertThat(RotaryFrequencies.frequency(llama, 128, 36)).isCloseTo(0.00062281 / 8, within(1e-7));
    }

    /** YaRN for Llama 2: theta 10000, dim 128, factor 16, context 4096: the ramp runs from pair 20 to pair 46. */
    @Test
    void yarn() {
        RotaryConfig yarn = config(10000, RotaryScaling.Yarn.of(16, 4096));
        for (int i = 0; i < 64; i++) {
            double plain = Math.exp(-i / 64.0 * Math.log(10000));
            double ramp = Math.min(1, Math.max(0, (i - 20) / 26.0));
            double want = plain * (1 - ramp) + plain / 16 * ramp;
            assertThat(RotaryFrequencies.frequency(yarn, 128, i))
                    .as("pair %d", i)
                    .isCloseTo(want, within(want * 1e-12));
        }
        assertThat(RotaryFrequencies.amplitude(yarn)).isCloseTo(1.2772588722239782, within(1e-15));
        assertThat(RotaryFrequencies.amplitude(config(10000, RotaryScaling.NONE)))
                .isEqualTo(1);
    }
}
