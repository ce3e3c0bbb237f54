package org.clattention.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.math.BigInteger;
import java.util.Arrays;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.clattention.config.DataType;
import org.clattention.config.HostTensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class SeededTensorsTest {
    /** The definition once more in unbounded integers, reduced modulo 2^64 only where it says so. */
    @ParameterizedTest
    @CsvSource({"0, 0", "1, 0", "7, 8", "9223372036854775807, 255", "123456789012345, 3"})
    void followsTheDefinition(long seed, int tensorIndex) {
        HostTensor tensor = SeededTensors.tensor(seed, tensorIndex, 0.02, 5, 7);

        assertThat(tensor.shape()).containsExactly(5, 7);
        for (int i = 0; i < 35; i++) {
            BigInteger z = modulo(BigInteger.valueOf(seed)
                    .multiply(new BigInteger("9E3779B97F4A7C15", 16))
                    .add(BigInteger.valueOf(tensorIndex).shiftLeft(40))
                    .add(BigInteger.valueOf(i)));
            z = modulo(z.xor(z.shiftRight(30)).multiply(new BigInteger("BF58476D1CE4E5B9", 16)));
            z = modulo(z.xor(z.shiftRight(27)).multiply(new BigInteger("94D049BB133111EB", 16)));
            z = z.xor(z.shiftRight(31));
            double u = z.shiftRight(40).doubleValue();
            assertThat(tensor.getFloat(i)).isEqualTo((float) ((u - 8388607.5) / 8388608 * Math.sqrt(3) * 0.02));
        }
    }

    /** Written down from the generator script, so that both languages are held to the same bits. */
    @Test
    void agreesWithTheScript() {
        assertThat(SeededTensors.tensor(2017, 0, 1, 3).toFloats()).containsExactly(1.5588596f, 1.5811324f, -0.9808686f);
        assertThat(SeededTensors.tensor(2017, 8, 0.02, 3).toFloats())
                .containsExactly(-0.011313839f, -0.018088298f, 0.017231362f);
    }

    @Test
    void isUniformWithTheGivenStandardDeviation() {
        float[] values = SeededTensors.tensor(1, 0, 0.5, 1000, 100).toFloats();

        double mean = 0;
        double square = 0;
        for (float v : values) {
            mean += v / values.length;
            square += (double) v * v / values.length;
        }
        assertThat(mean).isCloseTo(0, within(0.01));
        assertThat(Math.sqrt(square)).isCloseTo(0.5, within(0.005));
        Arrays.sort(values);
        assertThat(values[0]).isBetween(-0.8661f, -0.865f);
        assertThat(values[values.length - 1]).isBetween(0.865f, 0.8661f);
        assertThat(values[values.length / 4]).isCloseTo(-0.433f, within(0.01f));
    }

    @Test
    void seedsAndTensorsDiffer() {
        float[] values = SeededTensors.tensor(1, 0, 1, 64).toFloats();

        assertThat(SeededTensors.tensor(1, 0, 1, 64).toFloats()).isEqualTo(values);
        assertThat(SeededTensors.tensor(2, 0, 1, 64).toFloats()).doesNotContain(values);
        assertThat(SeededTensors.tensor(1, 1, 1, 64).toFloats()).doesNotContain(values);
    }

    @Test
    void refusesArgumentsOutOfRange() {
        assertRefused("shape: ", () -> SeededTensors.tensor(1, 0, 1, (1L << 28) + 1));
        assertRefused("shape: ", () -> SeededTensors.tensor(1, 0, 1, 1L << 20, 1L << 20, 1L << 30, 0));
        assertRefused("shape: ", () -> SeededTensors.tensor(1, 0, 1, -1, -1));
        assertRefused("std: ", () -> SeededTensors.tensor(1, 0, Double.NaN, 1));
        assertRefused("std: ", () -> SeededTensors.tensor(1, 0, -1, 1));
        assertRefused("tensorIndex: ", () -> SeededTensors.tensor(1, 256, 1, 1));
        assertRefused("tensorIndex: ", () -> SeededTensors.tensor(1, -1, 1, 1));
        assertThat(SeededTensors.tensor(1, 0, 1, 0, 1L << 28).elements()).isZero();
    }

    private static void assertRefused(String message, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessageStartingWith(message);
    }

    private static BigInteger modulo(BigInteger z) {
        return z.mod(BigInteger.ONE.shiftLeft(64));
    }

    @ParameterizedTest
    @EnumSource(names = {"F16", "BF16"})
    void narrowTypesAreTheRoundedFloats(DataType type) {
        HostTensor floats = SeededTensors.tensor(5, 3, 0.7, 3, 50_001);
        assertThat(SeededTensors.tensor(5, 3, type, 0.7, 3, 50_001).data())
                .isEqualTo(floats.to(type).data());
        assertThatThrownBy(() -> SeededTensors.tensor(5, 3, DataType.F64, 0.7, 3))
                .hasMessageContaining("F64 must be F32, F16 or BF16");
    }
}
