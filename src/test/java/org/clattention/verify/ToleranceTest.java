package org.clattention.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.clattention.config.HostTensor;
import org.junit.jupiter.api.Test;

class ToleranceTest {
    private static final double NAN = Double.NaN;
    private static final double INF = Double.POSITIVE_INFINITY;

    @Test
    void twiceTheLargestErrorOfThePlainResultAndTheFloor() {
        HostTensor want = HostTensor.ofDoubles(new double[] {1, 2, NAN, INF}, 4);
        HostTensor plain = HostTensor.ofDoubles(new double[] {1.25, 1.5, NAN, INF}, 4);
        assertThat(Tolerance.of(plain, want, 16, 2)).isEqualTo(1 + Tolerance.floor(16, 2));
        assertThat(Tolerance.of(want, want, 16, 2)).isEqualTo(Tolerance.floor(16, 2));
    }

    @Test
    void theFloorGrowsWithTheReductionAndTheMagnitude() {
        assertThat(Tolerance.floor(1, 1)).isGreaterThan(Math.ulp(1f) / 2).isLessThan(1e-6);
        assertThat(Tolerance.floor(400, 1)).isEqualTo(20 * Tolerance.floor(1, 1));
        assertThat(Tolerance.floor(1, 3)).isEqualTo(3 * Tolerance.floor(1, 1));
    }

    @Test
    void aPlainResultThatIsNotFiniteCannotJudge() {
        HostTensor want = HostTensor.ofDoubles(new double[] {1}, 1);
        for (double bad : new double[] {NAN, INF, -INF}) {
            HostTensor plain = HostTensor.ofDoubles(new double[] {bad}, 1);
            assertThatThrownBy(() -> Tolerance.of(plain, want, 1, 1)).isInstanceOf(IllegalStateException.class);
        }
        assertThatThrownBy(() -> Tolerance.floor(1, NAN)).isInstanceOf(IllegalArgumentException.class);
    }
}
