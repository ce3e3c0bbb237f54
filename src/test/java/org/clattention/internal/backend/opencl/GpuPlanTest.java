package org.clattention.internal.backend.opencl;

import static org.assertj.core.api.Assertions.assertThat;

import org.clattention.config.DeviceInfo.Kind;
import org.clattention.config.KernelSet;
import org.clattention.internal.backend.opencl.plan.DeviceProfile;
import org.clattention.internal.backend.opencl.plan.GpuPlan;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Which devices the kernels for GPUs fit, and by which tiles and splits. */
@Tag("small")
class GpuPlanTest {
    private static final DeviceProfile LARGE = profile(Kind.GPU, 108, 1024, 48 << 10, KernelSet.GPU);

    @Test
    void fitsWhoeverAsks() {
        assertThat(GpuPlan.fits(LARGE)).isTrue();
        assertThat(GpuPlan.fits(profile(Kind.CPU, 2, 256, 32 << 10, KernelSet.GPU)))
                .isTrue();
        assertThat(GpuPlan.fits(profile(Kind.CPU, 2, 256, 32 << 10, KernelSet.AUTO)))
                .isFalse();
        assertThat(GpuPlan.fits(profile(Kind.GPU, 108, 1024, 48 << 10, KernelSet.AUTO)))
                .as("not before they have run on a GPU")
                .isFalse();
        assertThat(GpuPlan.fits(profile(Kind.GPU, 2, 256, 32 << 10, KernelSet.PORTABLE)))
                .isFalse();
    }

    @Test
    void devicesWithoutRoomGetThePortableKernelsAndAReason() {
        DeviceProfile cramped = profile(Kind.GPU, 8, 1024, 16 << 10, KernelSet.GPU);
        assertThat(cramped.set()).isEqualTo(KernelSet.PORTABLE);
        assertThat(GpuPlan.lacks(cramped)).contains("local memory", "16384");
        DeviceProfile narrow = profile(Kind.GPU, 8, 128, 32 << 10, KernelSet.GPU);
        assertThat(narrow.set()).isEqualTo(KernelSet.PORTABLE);
        assertThat(GpuPlan.lacks(narrow)).contains("work-groups", "128");
    }

    @Test
    void largeTilesOnlyWhereTheyKeepTheDeviceBusy() {
        assertThat(GpuPlan.productTile(LARGE, 4096, 4096).m()).isEqualTo(128);
        assertThat(GpuPlan.productTile(LARGE, 512, 512).m()).isEqualTo(64);
        assertThat(GpuPlan.productTile(LARGE, 64, 100_000).m()).isEqualTo(64);
    }

    @Test
    void streamsHaveRoomForTheirRows() {
        for (int rows = 1; GpuPlan.streams(rows); rows++) {
            assertThat(GpuPlan.streamRows(rows)).isGreaterThanOrEqualTo(rows);
        }
        assertThat(GpuPlan.streams(9)).isFalse();
    }

    @Test
    void flashTilesHaveRoomForTheirHeads() {
        for (int size = 1; size <= 512; size++) {
            assertThat(GpuPlan.flashMaxSize(size)).isGreaterThanOrEqualTo(size).isLessThan(2 * size + 64);
            assertThat(GpuPlan.flashRows(size) * GpuPlan.flashMaxSize(size)).isLessThanOrEqualTo(32 * 512);
        }
    }

    @Test
    void splitsOnlyWhereTilesLeaveUnitsIdleAndKeysAreMany() {
        assertThat(GpuPlan.splits(LARGE, 87, 100_000)).isEqualTo(1);
        assertThat(GpuPlan.splits(LARGE, 1, 4 * 64)).isEqualTo(1);
        assertThat(GpuPlan.splits(LARGE, 1, 4 * 64 + 1)).isEqualTo(5);
        assertThat(GpuPlan.splits(LARGE, 8, 100_000)).isBetween(11, 13);
        for (int keys = 1; keys < 20_000; keys += 97) {
            for (long tiles = 1; tiles < 120; tiles += 7) {
                int splits = GpuPlan.splits(LARGE, tiles, keys);
                assertThat(splits).isBetween(1, Math.max(1, (keys + 63) / 64)).isLessThanOrEqualTo(108);
            }
        }
    }

    private static DeviceProfile profile(Kind kind, int units, int items, long local, KernelSet kernels) {
        return new DeviceProfile(kind, units, items, local, 1 << 30, 1, kernels);
    }
}
