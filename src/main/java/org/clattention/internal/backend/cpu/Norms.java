package org.clattention.internal.backend.cpu;

import org.clattention.internal.backend.NormalizeOp;
import org.clattention.internal.backend.cpu.Workspace.Slot;
import org.clattention.internal.backend.cpu.pool.Work;
import org.clattention.internal.backend.cpu.simd.VectorKernels;

/** LayerNorm or RMSNorm of each row. A tile is a run of rows. */
final class Norms implements Work {
    private static final int TILE_ELEMENTS = 1 << 13;

    private final NormalizeOp step;
    private final int tileRows;

    private Norms(NormalizeOp step) {
        this.step = step;
        this.tileRows = Math.max(1, TILE_ELEMENTS / step.columns());
    }

    static void run(JavaStream stream, NormalizeOp step) {
        Norms norms = new Norms(step);
        stream.run(norms, Math.toIntExact((step.rows() + norms.tileRows - 1) / norms.tileRows));
    }

    @Override
    public void run(int tile, Workspace workspace) {
        long end = Math.min(step.rows(), (tile + 1L) * tileRows);
        for (long row = (long) tile * tileRows; row < end; row++) {
            normalize(Math.toIntExact(row), workspace);
        }
    }

    /** The variance is summed from x − mean: E[x²] − mean² would cancel. */
    private void normalize(int row, Workspace workspace) {
        VectorKernels loops = workspace.loops();
        int columns = step.columns();
        int at = Math.toIntExact((long) row * columns);
        float[] x = workspace.floats(Slot.ROW, columns);
        ElementCodec.load(loops, JavaArray.of(step.x()), at, x, 0, columns);
        float mean = step.rms() ? 0 : loops.sum(x, 0, columns) / columns;
        float inverse = (float) (1 / Math.sqrt(loops.squares(x, 0, columns, mean) / columns + (float) step.epsilon()));
        if (mean != 0) {
            for (int c = 0; c < columns; c++) {
                x[c] -= mean;
            }
        }
        loops.scale(x, 0, columns, inverse);
        loops.times(x, 0, JavaArray.of(step.weight()).floats(), 0, columns);
        if (step.bias() != null) {
            loops.add(x, 0, JavaArray.of(step.bias()).floats(), 0, columns);
        }
        ElementCodec.store(x, 0, JavaArray.of(step.y()), at, columns);
        if (step.mean() != null && step.inverseDeviation() != null) {
            JavaArray.of(step.mean()).floats()[row] = mean;
            JavaArray.of(step.inverseDeviation()).floats()[row] = inverse;
        }
    }
}
