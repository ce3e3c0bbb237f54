package org.clattention.backend.opencl;

import java.util.List;
import org.clattention.DataType;
import org.clattention.backend.Closing;
import org.clattention.backend.PackedWeights;
import org.clattention.opencl.Buffer;

/**
 * Weights [outputs, inputs], in rows or in panels of 32 outputs, and a bias in f32.
 *
 * @param matrix the weights
 * @param type how they are stored
 * @param bias [outputs], with zeros up to a multiple of 32; a placeholder if {@code hasBias} is false
 * @param panels how the matrix lies: [ceil(outputs/32)][inputs][32] instead of [outputs][inputs]; blocks as
 *     {@code pack_quantized.cl} has them
 */
record OpenClWeights(
        Buffer matrix, DataType type, Buffer bias, boolean hasBias, int inputs, int outputs, boolean panels)
        implements PackedWeights {
    @Override
    public void close() {
        Closing.all(List.of(bias, matrix));
    }
}
