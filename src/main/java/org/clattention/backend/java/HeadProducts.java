package org.clattention.backend.java;

import java.util.Arrays;
import org.clattention.backend.HeadProductStep;
import org.clattention.backend.java.Workspace.Slot;

/** Every head times a matrix of its own. A tile is a head and a few of its columns, for all rows of all batch entries. */
final class HeadProducts implements Work {
    private static final int COLUMNS = Loops.STEP;

    private final HeadProductStep step;
    private final JavaArray matrix;
    private final int columnTiles;

    private HeadProducts(HeadProductStep step) {
        this.step = step;
        this.matrix = ((JavaWeights) step.weights()).matrix();
        this.columnTiles = (step.columns() + COLUMNS - 1) / COLUMNS;
    }

    static void run(JavaLane lane, HeadProductStep step) {
        JavaWeights weights = (JavaWeights) step.weights();
        if (weights.panel() != 0) {
            throw new IllegalArgumentException("weights: packed for projections, not for heads");
        }
        HeadProducts products = new HeadProducts(step);
        lane.run(products, Math.multiplyExact(step.heads(), products.columnTiles));
    }

    @Override
    public void run(int tile, Workspace workspace) {
        int head = tile / columnTiles;
        int column0 = tile % columnTiles * COLUMNS;
        int columns = Math.min(COLUMNS, step.columns() - column0);
        float[] w = workspace.floats(Slot.WEIGHTS, step.inner() * COLUMNS);
        loadWeights(head, column0, columns, w, workspace);
        float[] x = workspace.floats(Slot.FACTOR, Loops.ROWS * Loops.STRIDE);
        float[] result = workspace.floats(Slot.RESULT, Loops.ROWS * COLUMNS);
        for (int b = 0; b < step.batch(); b++) {
            for (int row = 0; row < step.rows(); row += Loops.ROWS) {
                int rows = Math.min(Loops.ROWS, step.rows() - row);
                Arrays.fill(result, 0, Loops.ROWS * COLUMNS, 0);
                for (int k = 0; k < step.inner(); k += Loops.DEPTH) {
                    int depth = Math.min(Loops.DEPTH, step.inner() - k);
                    for (int r = 0; r < rows; r++) {
                        JavaArray from = JavaArray.of(step.x().array());
                        Storage.load(
                                workspace.loops(),
                                from,
                                RowPlaces.at(step.x(), b, head, row + r) + k,
                                x,
                                r * Loops.STRIDE,
                                depth);
                    }
                    workspace.loops().multiply(x, 0, rows, depth, w, k * COLUMNS, COLUMNS, COLUMNS, result, 0, COLUMNS);
                }
                for (int r = 0; r < rows; r++) {
                    JavaArray to = JavaArray.of(step.out().array());
                    Storage.store(
                            result, r * COLUMNS, to, RowPlaces.at(step.out(), b, head, row + r) + column0, columns);
                }
            }
        }
    }

    /** w [inner][COLUMNS] = the matrix's columns; zeros beyond the last. */
    private void loadWeights(int head, int column0, int columns, float[] w, Workspace workspace) {
        int start = step.firstWeight() + head * step.weightHead() + column0 * step.weightRow();
        if (step.weightRow() == 1) {
            for (int k = 0; k < step.inner(); k++) {
                Storage.load(workspace.loops(), matrix, start + k * step.weightColumn(), w, k * COLUMNS, columns);
                Arrays.fill(w, k * COLUMNS + columns, (k + 1) * COLUMNS, 0);
            }
            return;
        }
        boolean adjacent = step.weightColumn() == 1;
        float[] row = workspace.floats(Slot.ROW, step.inner());
        for (int n = 0; n < COLUMNS; n++) {
            int from = start + n * step.weightRow();
            if (n < columns && adjacent) {
                Storage.load(workspace.loops(), matrix, from, row, 0, step.inner());
            }
            for (int k = 0; k < step.inner(); k++) {
                float value = adjacent || n >= columns ? row[k] : Storage.get(matrix, from + k * step.weightColumn());
                w[k * COLUMNS + n] = n < columns ? value : 0;
            }
        }
    }
}
