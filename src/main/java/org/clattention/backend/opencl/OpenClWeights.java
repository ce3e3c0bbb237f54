package org.clattention.backend.opencl;

import org.clattention.DataType;
import org.clattention.backend.PackedWeights;
import org.clattention.opencl.Buffer;

/**
 * Row-major weights [outputs, inputs] and a bias in f32.
 *
 * @param matrix the weights
 * @param type how they are stored
 * @param bias [outputs]; a placeholder if {@code hasBias} is false
 */
record OpenClWeights(Buffer matrix, DataType type, Buffer bias, boolean hasBias, int inputs, int outputs)
        implements PackedWeights {
    @Override
    public void close() {
        matrix.close();
        bias.close();
    }
}
