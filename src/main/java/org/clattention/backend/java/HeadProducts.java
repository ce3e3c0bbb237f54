package org.clattention.backend.java;

import java.util.Arrays;
import org.clattention.backend.HeadProductStep;
import org.clattention.backend.java.Workspace.Slot;

/** Every head times a matrix of its own. A tile is a panel of a head's columns, for all rows of all batch entries. */
final class HeadProducts implements Work {
    private final HeadProductStep step;
    private final JavaWeights weights;
    private final int panels;

    private HeadProducts(HeadProductStep step) {
        this.step = step;
        this.weights = (JavaWeights) step.weights();
        this.panels = (step.columns() + weights.panel() - 1) / weights.panel();
    }

    static void run(JavaLane lane, HeadProductStep step) {
        HeadProducts products = new HeadProducts(step);
        lane.run(products, Math.multiplyExact(step.heads(), products.panels));
    }

    @Override
    public void run(int tile, Workspace workspace) {
        float[] result = workspace.floats(Slot.RESULT, Loops.ROWS * weights.panel());
        for (int b = 0; b < step.batch(); b++) {
            for (int row = 0; row < step.rows(); row += Loops.ROWS) {
                int rows = Math.min(Loops.ROWS, step.rows() - row);
                Arrays.fill(result, 0, Loops.ROWS * weights.panel(), 0);
                for (int k = 0; k < step.inner(); k += Loops.DEPTH) {
                    multiply(tile, b, row, rows, k, Math.min(Loops.DEPTH, step.inner() - k), result, workspace);
                }
                write(tile, b, row, rows, result);
            }
        }
    }

    /** Adds the products of the components from k on. */
    private void multiply(int tile, int b, int row, int rows, int k, int depth, float[] result, Workspace workspace) {
        int width = weights.panel();
        float[] x = workspace.floats(Slot.FACTOR, Loops.ROWS * Loops.STRIDE);
        for (int r = 0; r < rows; r++) {
            int from = RowPlaces.at(step.x(), b, tile / panels, row + r) + k;
            Storage.load(workspace.loops(), JavaArray.of(step.x().array()), from, x, r * Loops.STRIDE, depth);
        }
        if (weights.quantized() != null && rows <= QuantaLoops.FEW_ROWS) {
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
            Storage.store(result, r * weights.panel(), to, at, columns);
        }
    }
}
