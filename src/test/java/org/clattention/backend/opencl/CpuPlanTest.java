package org.clattention.backend.opencl;

import static org.assertj.core.api.Assertions.assertThat;

import org.clattention.DeviceInfo;
import org.clattention.DeviceInfo.Kind;
import org.clattention.KernelSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Which calls the kernels for CPUs take, and by which tiles. */
@Tag("small")
class CpuPlanTest {
    private static final DeviceProfile WIDE = profile(Kind.CPU, 16, KernelSet.AUTO);
    private static final DeviceProfile NARROW = profile(Kind.CPU, 8, KernelSet.AUTO);

    @Test
    void fitsProcessorsWithVectorsAlone() {
        assertThat(CpuPlan.fits(WIDE)).isTrue();
        assertThat(CpuPlan.fits(NARROW)).isTrue();
        assertThat(CpuPlan.fits(profile(Kind.CPU, 4, KernelSet.AUTO))).isFalse();
        assertThat(CpuPlan.fits(profile(Kind.GPU, 16, KernelSet.AUTO))).isFalse();
        assertThat(CpuPlan.fits(profile(Kind.CPU, 16, KernelSet.PORTABLE))).isFalse();
    }

    @Test
    void tilesWasteFewRows() {
        assertThat(CpuPlan.productRows(WIDE, 128)).isEqualTo(13);
        assertThat(CpuPlan.productRows(WIDE, 13)).isEqualTo(13);
        for (int rows = 5; rows < 3000; rows++) {
            int tile = CpuPlan.productRows(WIDE, rows);
            int waste = (rows + tile - 1) / tile * tile - rows;
            assertThat(waste).as("%d rows by %d", rows, tile).isLessThan(tile);
            assertThat(CpuPlan.productRows(NARROW, rows)).isBetween(2, 3);
        }
    }

    @Test
    void streamsHaveRoomForTheirRows() {
        for (int rows = 1; CpuPlan.streams(rows); rows++) {
            assertThat(CpuPlan.streamRows(rows)).isGreaterThanOrEqualTo(rows);
        }
        assertThat(CpuPlan.streams(5)).isFalse();
    }

    @Test
    void fusedTilesFitTheRegisters() {
        assertThat(CpuPlan.flashRows(WIDE)).isBetween(8, 14);
        assertThat(CpuPlan.flashRows(NARROW)).isBetween(1, 3);
    }

    private static DeviceProfile profile(DeviceInfo.Kind kind, int vectorFloats, KernelSet kernels) {
        return new DeviceProfile(kind, 2, 4096, 1 << 20, 1 << 30, vectorFloats, kernels);
    }
}
