package org.clattention.internal.backend.cpu.gemm;

import java.util.Arrays;
import org.clattention.internal.backend.BatchedGemmOp;
import org.clattention.internal.backend.cpu.ElementCodec;
import org.clattention.internal.backend.cpu.JavaArray;
import org.clattention.internal.backend.cpu.JavaStream;
import org.clattention.internal.backend.cpu.Workspace;
import org.clattention.internal.backend.cpu.Workspace.Slot;
import org.clattention.internal.backend.cpu.pool.Work;
import org.clattention.internal.backend.cpu.simd.QuantizedKernels;
import org.clattention.internal.backend.cpu.simd.VectorKernels;

/** Every head times a matrix of its own. A tile is a panel of a head's columns, for all rows of all batch entries. */
public final class BatchedGemm implements Work {
    private final BatchedGemmOp step;
    private final JavaWeights weights;
    private final int panels;

    private BatchedGemm(BatchedGemmOp step) {
        this.step = step;
        this.weights = (JavaWeights) step.weights();
        this.panels = (step.columns() + weights.panel() - 1) / weights.panel();
    }

    public static void run(JavaStream stream, BatchedGemmOp step) {
        BatchedGemm products = new BatchedGemm(step);
        stream.run(products, Math.multiplyExact(step.heads(), products.panels));
    }

    @Override
    public void run(int tile, Workspace workspace) {
        float[] result = workspace.floats(Slot.RESULT, VectorKernels.ROWS * weights.panel());
        for (int b = 0; b < step.batch(); b++) {
            for (int row = 0; row < step.rows(); row += VectorKernels.ROWS) {
                int rows = Math.min(VectorKernels.ROWS, step.rows() - row);
                Arrays.fill(result, 0, VectorKernels.ROWS * weights.panel(), 0);
                for (int k = 0; k < step.inner(); k += VectorKernels.DEPTH) {
                    multiply(tile, b, row, rows, k, Math.min(VectorKernels.DEPTH, step.inner() - k), result, workspace);
                }
                write(tile, b, row, rows, result);
            }
        }
    }

    /** Adds the products of the components from k on. */
    private void multiply(int tile, int b, int row, int rows, int k, int depth, float[] result, Workspace workspace) {
        int width = weights.panel();
        float[] x = workspace.floats(Slot.FACTOR, VectorKernels.ROWS * VectorKernels.STRIDE);
        for (int r = 0; r < rows; r++) {
            int from = RowPlaces.at(step.x(), b, tile / panels, row + r) + k;
            ElementCodec.load(
                    workspace.loops(), JavaArray.of(step.x().array()), from, x, r * VectorKernels.STRIDE, depth);
        }
        if (weights.quantized() != null && rows <= QuantizedKernels.FEW_ROWS) {
            weights.quantized().multiply(tile, k, depth, x, 0, rows, result, workspace);
            return;
        }
        boolean inPlace = weights.inPlace();
        float[] w = inPlace ? weights.matrix().floats() : weights.block(tile, k, depth, workspace);
        int at = inPlace ? weights.at(tile, k) : 0;
        workspace.loops().multiply(x, 0, rows, depth, w, at, width, width, result, 0, width);
    }

    private void write(int tile, int b, int row, int rows, float[] result) {
        int column0 = tile % panels * weights.panel();
        int columns = Math.min(weights.panel(), step.columns() - column0);
        JavaArray to = JavaArray.of(step.out().array());
        for (int r = 0; r < rows; r++) {
            int at = RowPlaces.at(step.out(), b, tile / panels, row + r) + column0;
            ElementCodec.store(result, r * weights.panel(), to, at, columns);
        }
    }
}
