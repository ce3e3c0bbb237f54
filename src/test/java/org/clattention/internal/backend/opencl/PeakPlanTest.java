package org.clattention.internal.backend.opencl;

import static org.assertj.core.api.Assertions.assertThat;

import org.clattention.config.DeviceInfo.Kind;
import org.clattention.config.KernelSet;
import org.clattention.internal.backend.opencl.plan.DeviceProfile;
import org.clattention.internal.backend.opencl.plan.PeakPlan;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The array is read exactly once, and registers hold what the plan puts there. */
@Tag("small")
class PeakPlanTest {
    private static final long GIBIBYTE = 1L << 30;

    private static DeviceProfile device(Kind kind, int units, long allocation, int vector) {
        return new DeviceProfile(kind, units, 1024, 32768, allocation, vector, KernelSet.AUTO);
    }

    @Test
    void everyByteIsReadOnce() {
        for (int units : new int[] {1, 2, 3, 13, 132}) {
            for (Kind kind : new Kind[] {Kind.CPU, Kind.GPU}) {
                PeakPlan plan = PeakPlan.of(device(kind, units, 4 * GIBIBYTE, 16), 64 * GIBIBYTE);
                long items = (long) plan.groups() * plan.groupItems();
                assertThat(items * plan.streams() * plan.readSteps() * plan.width() * Float.BYTES)
                        .isEqualTo(plan.readBytes());
                assertThat(plan.readBytes()).isLessThanOrEqualTo(GIBIBYTE).isGreaterThan(GIBIBYTE * 9 / 10);
            }
        }
    }

    @Test
    void littleMemoryMakesALittleArray() {
        assertThat(PeakPlan.of(device(Kind.CPU, 2, GIBIBYTE / 4, 16), GIBIBYTE).readBytes())
                .isEqualTo(GIBIBYTE / 8);
        assertThat(PeakPlan.of(device(Kind.CPU, 2, 1, 16), 8).readSteps()).isEqualTo(1);
    }

    @Test
    void chainsFitTheRegisters() {
        PeakPlan wide = PeakPlan.of(device(Kind.CPU, 2, GIBIBYTE, 16), 8 * GIBIBYTE);
        assertThat(wide.chains()).isEqualTo(16);
        PeakPlan narrow = PeakPlan.of(device(Kind.CPU, 2, GIBIBYTE, 8), 8 * GIBIBYTE);
        assertThat(narrow.chains() * narrow.width() / 8)
                .as("registers of 8 floats")
                .isLessThanOrEqualTo(14);
        assertThat(narrow.operationsPerRound()).isEqualTo(2.0 * 16 * 16 * 6);
    }
}
