package org.clattention.internal.backend.opencl;

import static org.assertj.core.api.Assertions.assertThat;

import org.clattention.config.DataType;
import org.clattention.config.DeviceInfo;
import org.clattention.config.DeviceInfo.Kind;
import org.clattention.config.KernelSet;
import org.clattention.internal.backend.DeviceArray;
import org.clattention.internal.backend.Epilogue;
import org.clattention.internal.backend.HeadTarget;
import org.clattention.internal.backend.HeadView;
import org.clattention.internal.backend.opencl.plan.CpuPlan;
import org.clattention.internal.backend.opencl.plan.DeviceProfile;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Which calls the kernels for CPUs take, and by which tiles. */
@Tag("small")
class CpuPlanTest {
    private static final DeviceProfile WIDE = profile(Kind.CPU, 16, KernelSet.AUTO);
    private static final DeviceProfile NARROW = profile(Kind.CPU, 8, KernelSet.AUTO);

    // Plans read no buffer.
    private static final DeviceArray ARRAY = new DeviceArray() {
        @Override
        public DataType type() {
            return DataType.F32;
        }

        @Override
        public long elements() {
            return 0;
        }

        @Override
        public void close() {}
    };
    private static final HeadView VIEW = new HeadView(ARRAY, 0, 0, 0, 0);

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

    @Test
    void finishesWholeHeadsOfTargetsThatFillTheirPanels() {
        assertThat(CpuPlan.epilogueColumns(finished(12, 64), finished(4, 64), plain(4, 64)))
                .isEqualTo(64);
        assertThat(CpuPlan.epilogueColumns(finished(4, 8), finished(8, 8), plain(2, 48)))
                .isEqualTo(32);
        assertThat(CpuPlan.epilogueColumns(finished(2, 80), finished(2, 80), plain(2, 80)))
                .isEqualTo(160);
        assertThat(CpuPlan.epilogueColumns(plain(3, 7), plain(3, 7))).isEqualTo(32);
        assertThat(CpuPlan.epilogueColumns(finished(1, 80))).isZero(); // a panel would hold two targets
        assertThat(CpuPlan.epilogueColumns(finished(32, 320))).isZero(); // too many columns to hold
        assertThat(CpuPlan.epilogueColumns(plain(1, 32), plain(1, 32), finished(1, 32)))
                .isZero();
        HeadTarget other = new HeadTarget(VIEW, 1, 32, new Epilogue.HeadNormRope(ARRAY, 1e-6, null));
        assertThat(CpuPlan.epilogueColumns(finished(1, 32), other)).isZero();
    }

    private static HeadTarget finished(int heads, int size) {
        return new HeadTarget(VIEW, heads, size, new Epilogue.HeadNormRope(ARRAY, 1e-5, null));
    }

    private static HeadTarget plain(int heads, int size) {
        return new HeadTarget(VIEW, heads, size);
    }

    private static DeviceProfile profile(DeviceInfo.Kind kind, int vectorFloats, KernelSet kernels) {
        return new DeviceProfile(kind, 2, 4096, 1 << 20, 1 << 30, vectorFloats, kernels);
    }
}
