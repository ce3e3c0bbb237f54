package org.clattention.backend.java;

import java.util.Arrays;
import org.clattention.backend.Lane.Scratch;

/**
 * Rows cut into blocks for products: [row / ROWS][k / DEPTH][ROWS][STRIDE], as f32. A tile is a block of rows; rows beyond
 * the last are zeros.
 */
final class RowBlocks implements Work {
    /** So few rows are faster cut than handed out. */
    private static final long ALONE = 1 << 14;

    private float[] values = {};
    private JavaArray x = JavaWeights.NONE.matrix();
    private int rows;
    private int inner;
    private int blockSize;

    void make(JavaLane lane, JavaArray from, int allRows, int width) {
        x = from;
        rows = allRows;
        inner = width;
        blockSize = Math.multiplyExact((width + Loops.DEPTH - 1) / Loops.DEPTH, Loops.ROWS * Loops.STRIDE);
        int blocks = (rows + Loops.ROWS - 1) / Loops.ROWS;
        values = lane.floats(Scratch.PACKED_ROWS, (long) blocks * blockSize);
        if ((long) rows * inner <= ALONE) {
            for (int block = 0; block < blocks; block++) {
                run(block, lane.workspace());
            }
        } else {
            lane.run(this, blocks);
        }
        x = JavaWeights.NONE.matrix();
    }

    float[] values() {
        return values;
    }

    /** Where row {@code row}, a multiple of ROWS, begins with component {@code k}. */
    int at(int row, int k) {
        return row / Loops.ROWS * blockSize + k / Loops.DEPTH * (Loops.ROWS * Loops.STRIDE) + k % Loops.DEPTH;
    }

    @Override
    public void run(int block, Workspace workspace) {
        int row0 = block * Loops.ROWS;
        for (int k = 0; k < inner; k += Loops.DEPTH) {
            int part = Math.min(Loops.DEPTH, inner - k);
            int start = at(row0, k);
            for (int r = 0; r < Loops.ROWS; r++) {
                int to = start + r * Loops.STRIDE;
                if (row0 + r < rows) {
                    int from = Math.toIntExact((long) (row0 + r) * inner + k);
                    Storage.load(workspace.loops(), x, from, values, to, part);
                } else {
                    Arrays.fill(values, to, to + part, 0);
                }
            }
        }
    }
}
