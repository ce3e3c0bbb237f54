package org.clattention.internal.backend.cpu.gemm;

import org.clattention.config.DataType;
import org.clattention.internal.backend.PackedWeights;
import org.clattention.internal.backend.cpu.ElementCodec;
import org.clattention.internal.backend.cpu.JavaArray;
import org.clattention.internal.backend.cpu.Workspace;
import org.clattention.internal.backend.cpu.Workspace.Slot;
import org.clattention.internal.backend.cpu.simd.VectorKernels;
import org.jspecify.annotations.Nullable;

/**
 * Weights [outputs, inputs] and a bias in f32.
 *
 * @param matrix panels [ceil(outputs/panel)][inputs][panel], zeros beyond the last output
 * @param quantized panels of blocks instead of the matrix, which is empty then
 * @param bias [outputs], with zeros up to the last panel's end; empty if there is none
 * @param panel outputs of a panel
 */
@SuppressWarnings("ArrayRecordComponent") // compared never
public record JavaWeights(
        JavaArray matrix, @Nullable QuantizedPanels quantized, float[] bias, int inputs, int outputs, int panel)
        implements PackedWeights {
    /** An empty matrix. */
    static final JavaArray NOTHING = new JavaArray(DataType.F32, 0, new float[0], null);

    /** No weights at all. */
    static final JavaWeights NONE = new JavaWeights(NOTHING, null, new float[0], 0, 0, VectorKernels.STEP);

    /** How the weights are stored. */
    public DataType type() {
        return quantized == null ? matrix.type() : quantized.type();
    }

    /** Whether blocks can be read where they are, instead of through {@link #block}. */
    public boolean inPlace() {
        return type() == DataType.F32;
    }

    /** Where in the matrix the components from {@code first} on of a panel begin. */
    int at(int index, int first) {
        return Math.toIntExact(((long) index * inputs + first) * panel);
    }

    /** Components {@code first} ... of a panel's outputs as f32 [count][panel]. */
    float[] block(int index, int first, int count, Workspace workspace) {
        float[] block = workspace.floats(Slot.WEIGHTS, VectorKernels.DEPTH * panel);
        if (quantized != null) {
            quantized.load(index, first, count, block, workspace);
            return block;
        }
        ElementCodec.load(workspace.loops(), matrix, at(index, first), block, 0, count * panel);
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
