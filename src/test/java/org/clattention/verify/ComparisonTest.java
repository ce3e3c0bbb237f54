package org.clattention.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.clattention.config.DataType;
import org.clattention.config.HostTensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ComparisonTest {
    @ParameterizedTest
    @CsvSource({
        // got, want, rtol, atol, passed
        "1, 1, 0, 0, true",
        "0, -0.0, 0, 0, true",
        "1.25, 1, 0.25, 0, true",
        "1.25, 1, 0, 0.25, true",
        "1.25, 1, 0.125, 0.125, true",
        "1.25, 1, 0.125, 0.0625, false",
        "-1, 1, 0.5, 0.5, false",
        "0.001, 0, 100, 0, false",
        "NaN, NaN, 0, 0, true",
        "NaN, 1, 1, 1, false",
        "1, NaN, 1, 1, false",
        "NaN, Infinity, 1, 1, false",
        "Infinity, NaN, 1, 1, false",
        "Infinity, Infinity, 0, 0, true",
        "-Infinity, -Infinity, 0, 0, true",
        "-Infinity, Infinity, 1, 1, false",
        "Infinity, 1, 1, 1, false",
        "3.4e38, Infinity, 1, 1, false",
        "Infinity, 3.4e38, 1e300, 0, false"
    })
    void judgesOnePair(float got, float want, double rtol, double atol, boolean passed) {
        Comparison result = Comparison.compare(scalar(got), scalar(want), rtol, atol);

        assertThat(result.passed()).isEqualTo(passed);
        assertThat(result.reason().isEmpty()).isEqualTo(passed);
    }

    @Test
    void anInfiniteToleranceExcusesNothing() {
        HostTensor want = HostTensor.ofDoubles(new double[] {1e300}, 1);

        assertThat(Comparison.compare(scalar(Float.POSITIVE_INFINITY), want, 1e10, 0)
                        .passed())
                .isFalse();
        assertThat(Comparison.compare(scalar(Float.NaN), want, 1e10, 0).passed())
                .isFalse();
    }

    @Test
    void measuresTheLargestErrors() {
        HostTensor got = HostTensor.of(new float[] {1.5f, 100, 0.25f, Float.NaN}, 4);
        HostTensor want = HostTensor.of(new float[] {1, 102, 0, Float.NaN}, 4);

        Comparison result = Comparison.compare(got, want, 1, 1);

        assertThat(result).isEqualTo(new Comparison(true, 2, 0.5, ""));
    }

    @Test
    void namesTheWorstElement() {
        float[] values = new float[2 * 4 * 8];
        HostTensor want = HostTensor.of(values, 2, 4, 8);
        values[5] = 0.001f;
        values[32 + 24 + 7] = 0.5f;
        HostTensor got = HostTensor.of(values, 2, 4, 8);

        assertThat(Comparison.compare("y", got, want, 1e-3, 1e-7).reason())
                .isEqualTo("y[1,3,7]: got 0.5, want 0.0, |diff| 0.5000 > 1.0E-7 + 0.001*|want|"
                        + " (2 of 64 elements differ)");
    }

    @Test
    void aWrongInfinityIsWorseThanAnyNumber() {
        HostTensor want = HostTensor.of(new float[] {0, 0, 0}, 3);
        HostTensor got = HostTensor.of(new float[] {3e38f, Float.NaN, 1}, 3);

        Comparison result = Comparison.compare(got, want, 0, 0);

        assertThat(result.reason()).startsWith("[1]: got NaN, want 0.0").contains("3 of 3");
        assertThat(result.maxAbsError()).isInfinite();
    }

    @Test
    void shapesMustBeEqual() {
        HostTensor got = HostTensor.of(new float[4], 2, 2);
        HostTensor want = HostTensor.of(new float[4], 4);

        Comparison result = Comparison.compare("y", got, want, 1, 1);

        assertThat(result.passed()).isFalse();
        assertThat(result.reason()).isEqualTo("y: got shape [2, 2], want [4]");
    }

    @Test
    void emptyTensorsAreEqual() {
        HostTensor empty = HostTensor.of(new float[0], 3, 0);

        assertThat(Comparison.compare(empty, empty, 0, 0)).isEqualTo(new Comparison(true, 0, 0, ""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"F16", "BF16"})
    void roundsToTheWantedHalfPrecisionFirst(DataType type) {
        HostTensor want = scalar(1 / 3f).to(type);

        assertThat(Comparison.compare(scalar(1 / 3f), want, 0, 0).passed()).isTrue();
        assertThat(Comparison.compare(scalar(0.34f), want, 0, 0).passed()).isFalse();
        // The other way round nothing is rounded.
        assertThat(Comparison.compare(want, scalar(1 / 3f), 0, 0).passed()).isFalse();
    }

    @Test
    void comparesIntegersExactly() {
        HostTensor got = HostTensor.ofInts(new int[] {16777217}, 1);

        assertThat(Comparison.compare(got, HostTensor.ofLongs(new long[] {16777217}, 1), 0, 0)
                        .passed())
                .isTrue();
        assertThat(Comparison.compare(got, HostTensor.ofInts(new int[] {16777216}, 1), 0, 0)
                        .passed())
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(doubles = {-1, Double.NaN, Double.POSITIVE_INFINITY})
    void refusesTolerancesThatMeanNothing(double tolerance) {
        assertThatThrownBy(() -> Comparison.compare(scalar(1), scalar(1), tolerance, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("rtol: ");
        assertThatThrownBy(() -> Comparison.compare(scalar(1), scalar(1), 0, tolerance))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("atol: ");
    }

    private static HostTensor scalar(float value) {
        return HostTensor.of(new float[] {value});
    }
}
