package org.clattention.internal.backend.cpu;

import org.clattention.internal.backend.DeviceArray;
import org.clattention.internal.backend.cpu.Workspace.Slot;
import org.clattention.internal.backend.cpu.pool.Work;
import org.clattention.internal.backend.cpu.simd.VectorKernels;

/** Softmax over the middle of [outer, columns, inner], F32. A tile is a run of rows. */
final class SoftmaxRows implements Work {
    private static final int TILE_ELEMENTS = 1 << 13;

    private final float[] x;
    private final float[] y;
    private final int rows;
    private final int columns;
    private final int inner;
    private final int tileRows;

    private SoftmaxRows(float[] x, float[] y, int rows, int columns, int inner) {
        this.x = x;
        this.y = y;
        this.rows = rows;
        this.columns = columns;
        this.inner = inner;
        this.tileRows = Math.max(1, TILE_ELEMENTS / Math.max(1, columns));
    }

    static void run(JavaStream stream, DeviceArray x, DeviceArray y, int outer, int columns, int inner) {
        int rows = Math.multiplyExact(outer, inner);
        SoftmaxRows work =
                new SoftmaxRows(JavaArray.of(x).floats(), JavaArray.of(y).floats(), rows, columns, inner);
        stream.run(work, (rows + work.tileRows - 1) / work.tileRows);
    }

    @Override
    public void run(int tile, Workspace workspace) {
        int end = Math.min(rows, (tile + 1) * tileRows);
        float[] row = workspace.floats(Slot.ROW, columns);
        for (int r = tile * tileRows; r < end; r++) {
            int start = Math.toIntExact((long) (r / inner) * inner * columns + r % inner);
            for (int j = 0; j < columns; j++) {
                row[j] = x[start + j * inner];
            }
            softmax(workspace.loops(), row, columns);
            for (int j = 0; j < columns; j++) {
                y[start + j * inner] = row[j];
            }
        }
    }

    /** Softmax in place; a row of −∞ becomes zeros, and a NaN makes all of the row NaN. */
    private static void softmax(VectorKernels loops, float[] row, int columns) {
        float largest = loops.max(row, 0, columns);
        float sum = loops.exponentials(row, 0, columns, largest == Float.NEGATIVE_INFINITY ? 0 : largest);
        loops.scale(row, 0, columns, sum == 0 ? 0 : 1 / sum);
    }
}
