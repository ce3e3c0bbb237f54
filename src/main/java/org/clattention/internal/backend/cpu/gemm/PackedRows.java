package org.clattention.internal.backend.cpu.gemm;

import java.util.Arrays;
import org.clattention.internal.backend.CommandStream.Scratch;
import org.clattention.internal.backend.cpu.ElementCodec;
import org.clattention.internal.backend.cpu.JavaArray;
import org.clattention.internal.backend.cpu.JavaStream;
import org.clattention.internal.backend.cpu.Workspace;
import org.clattention.internal.backend.cpu.pool.Work;
import org.clattention.internal.backend.cpu.simd.VectorKernels;

/**
 * Rows cut into blocks for products: [row / ROWS][k / DEPTH][ROWS][STRIDE], as f32. A tile is a block of rows; rows beyond
 * the last are zeros.
 */
final class PackedRows implements Work {
    /** So few rows are faster cut than handed out. */
    private static final long ALONE = 1 << 14;

    private float[] values = {};
    private JavaArray x = JavaWeights.NONE.matrix();
    private int rows;
    private int inner;
    private int blockSize;

    void make(JavaStream stream, JavaArray from, int allRows, int width) {
        x = from;
        rows = allRows;
        inner = width;
        blockSize = Math.multiplyExact(
                (width + VectorKernels.DEPTH - 1) / VectorKernels.DEPTH, VectorKernels.ROWS * VectorKernels.STRIDE);
        int blocks = (rows + VectorKernels.ROWS - 1) / VectorKernels.ROWS;
        values = stream.floats(Scratch.PACKED_ROWS, (long) blocks * blockSize);
        if ((long) rows * inner <= ALONE) {
            for (int block = 0; block < blocks; block++) {
                run(block, stream.workspace());
            }
        } else {
            stream.run(this, blocks);
        }
        x = JavaWeights.NONE.matrix();
    }

    float[] values() {
        return values;
    }

    /** Where row {@code row}, a multiple of ROWS, begins with component {@code k}. */
    int at(int row, int k) {
        return row / VectorKernels.ROWS * blockSize
                + k / VectorKernels.DEPTH * (VectorKernels.ROWS * VectorKernels.STRIDE)
                + k % VectorKernels.DEPTH;
    }

    @Override
    public void run(int block, Workspace workspace) {
        int row0 = block * VectorKernels.ROWS;
        for (int k = 0; k < inner; k += VectorKernels.DEPTH) {
            int part = Math.min(VectorKernels.DEPTH, inner - k);
            int start = at(row0, k);
            for (int r = 0; r < VectorKernels.ROWS; r++) {
                int to = start + r * VectorKernels.STRIDE;
                if (row0 + r < rows) {
                    int from = Math.toIntExact((long) (row0 + r) * inner + k);
                    ElementCodec.load(workspace.loops(), x, from, values, to, part);
                } else {
                    Arrays.fill(values, to, to + part, 0);
                }
            }
        }
    }
}
