package org.clattention.internal.backend.opencl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.clattention.config.DeviceInfo;
import org.clattention.config.KernelSet;
import org.clattention.internal.backend.opencl.plan.DeviceProfile;
import org.clattention.internal.backend.opencl.plan.HeadRange;
import org.clattention.internal.backend.opencl.plan.PortablePlan;
import org.clattention.internal.backend.opencl.plan.ProductTile;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Tiles and slices fit every device. */
@Tag("small")
class PortablePlanTest {
    private static final int[] COUNTS = {1, 2, 3, 7, 8, 9, 31, 64, 100, 1000, 4097};

    @Test
    void tilesFitAnyLimits() {
        for (int items : new int[] {1, 2, 4, 8, 16, 63, 64, 256, 1024}) {
            for (long memory : new long[] {1 << 10, 4 << 10, 16 << 10, 32 << 10, 64 << 10}) {
                DeviceProfile device =
                        new DeviceProfile(DeviceInfo.Kind.GPU, 4, items, memory, 1 << 20, 1, KernelSet.AUTO);
                for (int rows : COUNTS) {
                    ProductTile tile = PortablePlan.productTile(device, rows);
                    assertThat(tile.groupM() * tile.groupN()).isLessThanOrEqualTo(items);
                    assertThat(tile.localBytes())
                            .as("%s with %d bytes", tile, memory)
                            .isLessThanOrEqualTo(memory);
                    long[] groups = tile.groups(rows, 2L * rows, 3);
                    assertThat(groups[1] * tile.m()).isGreaterThanOrEqualTo(rows);
                    assertThat((groups[1] - 1) * tile.m()).isLessThan(rows);
                    assertThat(groups[0] * tile.n()).isGreaterThanOrEqualTo(2L * rows);
                    assertThat((groups[0] - 1) * tile.n()).isLessThan(2L * rows);
                    assertThat(groups[2]).isEqualTo(3);
                }
                for (int columns : COUNTS) {
                    int row = PortablePlan.rowItems(device, columns);
                    assertThat(row).isBetween(1, items);
                    assertThat(Integer.bitCount(row)).isEqualTo(1);
                }
            }
        }
    }

    @Test
    void slicesFitTheLargestBuffer() {
        for (long bytes : new long[] {1 << 12, 1 << 16, 1L << 30, 1L << 40}) {
            DeviceProfile device = new DeviceProfile(DeviceInfo.Kind.CPU, 4, 64, 1 << 15, bytes, 16, KernelSet.AUTO);
            for (int heads : COUNTS) {
                for (int rows : COUNTS) {
                    HeadRange slice = PortablePlan.slice(device, heads, rows, 1000);
                    assertThat(slice.heads()).isBetween(1, heads);
                    assertThat(slice.rows()).isBetween(1, rows);
                    assertThat(4000L * slice.heads() * slice.rows()).isLessThanOrEqualTo(Math.min(bytes, 256L << 20));
                }
            }
        }
    }

    @Test
    void itemsDivideTheTile() {
        assertThatThrownBy(() -> new ProductTile(10, 8, 4, 4, 4)).hasMessageContaining("does not divide into 4x4");
        assertThatThrownBy(() -> new ProductTile(8, 8, 0, 4, 4)).hasMessageContaining("8x8x0");
    }
}
