package org.clattention.internal.backend.opencl.gemm;

import java.util.List;
import org.clattention.config.DataType;
import org.clattention.internal.backend.Closing;
import org.clattention.internal.backend.PackedWeights;
import org.clattention.internal.backend.opencl.plan.WeightLayout;
import org.clattention.internal.cl.Buffer;

/**
 * Weights [outputs, inputs], in rows or in panels of 32 outputs, and a bias in f32.
 *
 * @param matrix the weights
 * @param type how they are stored
 * @param bias [outputs], with zeros up to a multiple of 32; a placeholder if {@code hasBias} is false
 * @param panels how the matrix lies: [ceil(outputs/32)][inputs][32] instead of [outputs][inputs]; blocks as
 *     {@code pack_quantized.cl} has them
 */
public record OpenClWeights(
        Buffer matrix, DataType type, Buffer bias, boolean hasBias, int inputs, int outputs, boolean panels)
        implements PackedWeights, WeightLayout {
    @Override
    public void close() {
        Closing.all(List.of(bias, matrix));
    }
}
