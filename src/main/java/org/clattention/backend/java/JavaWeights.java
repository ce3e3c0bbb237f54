package org.clattention.backend.java;

import org.clattention.DataType;
import org.clattention.backend.PackedWeights;
import org.clattention.backend.java.Workspace.Slot;
import org.jspecify.annotations.Nullable;

/**
 * Weights [outputs, inputs] and a bias in f32.
 *
 * @param matrix panels [ceil(outputs/panel)][inputs][panel], zeros beyond the last output; or rows if {@code panel} is 0
 * @param quantized panels of blocks instead of the matrix, which is empty then
 * @param bias [outputs], with zeros up to the last panel's end; empty if there is none
 * @param panel outputs of a panel
 */
@SuppressWarnings("ArrayRecordComponent") // compared never
record JavaWeights(
        JavaArray matrix, @Nullable QuantizedPanels quantized, float[] bias, int inputs, int outputs, int panel)
        implements PackedWeights {
    /** An empty matrix. */
    static final JavaArray NOTHING = new JavaArray(DataType.F32, 0, new float[0], null);

    /** No weights at all. */
    static final JavaWeights NONE = new JavaWeights(NOTHING, null, new float[0], 0, 0, Loops.STEP);

    /** How the weights are stored. */
    DataType type() {
        return quantized == null ? matrix.type() : quantized.type();
    }

    /** Columns of a block of {@link #block}: a panel, or as many rows. */
    int blockColumns() {
        return panel == 0 ? Loops.STEP : panel;
    }

    /** Whether blocks can be read where they are, instead of through {@link #block}. */
    boolean inPlace() {
        return panel > 0 && type() == DataType.F32;
    }

    /** Where in the matrix the components from {@code first} on of a panel begin. */
    int at(int index, int first) {
        return Math.toIntExact(((long) index * inputs + first) * panel);
    }

    /** Components {@code first} ... of a panel's outputs as f32 [count][blockColumns]. */
    float[] block(int index, int first, int count, Workspace workspace) {
        float[] block = workspace.floats(Slot.WEIGHTS, Loops.DEPTH * blockColumns());
        if (quantized != null) {
            quantized.load(index, first, count, block, workspace);
            return block;
        }
        if (panel > 0) {
            Storage.load(workspace.loops(), matrix, at(index, first), block, 0, count * panel);
            return block;
        }
        float[] row = workspace.floats(Slot.ROW, Loops.DEPTH);
        int columns = Math.min(Loops.STEP, outputs - index * Loops.STEP);
        for (int n = 0; n < Loops.STEP; n++) {
            if (n < columns) {
                int from = Math.toIntExact((long) (index * Loops.STEP + n) * inputs + first);
                Storage.load(workspace.loops(), matrix, from, row, 0, count);
            }
            for (int k = 0; k < count; k++) {
                block[k * Loops.STEP + n] = n < columns ? row[k] : 0;
            }
        }
        return block;
    }

    @Override
    public void close() {
        matrix.close();
        if (quantized != null) {
            quantized.close();
        }
    }
}
