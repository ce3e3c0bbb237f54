package org.clattention.internal.layer;

import java.util.ArrayList;
import java.util.List;
import org.clattention.config.DataType;
import org.clattention.config.HostTensor;
import org.clattention.config.LatentConfig;

/** What each head multiplies with in the absorbed form: parts of W_kv_b [H·(dn + dv), r]. */
final class LatentMatrices {
    private LatentMatrices() {}

    /** W_kᵀ of each head, [r, dn]. Blocks of quantized weights lie the other way round: those become F32. */
    static List<HostTensor> keys(LatentConfig config, HostTensor expansion) {
        DataType type = expansion.type().isQuantized() ? DataType.F32 : expansion.type();
        List<HostTensor> parts = new ArrayList<>();
        for (int h = 0; h < config.numHeads(); h++) {
            long first = first(config, h);
            parts.add(transposed(expansion.rows(first, first + config.nopeHeadSize()), type));
        }
        return parts;
    }

    /** W_v of each head, [dv, r]. */
    static List<HostTensor> values(LatentConfig config, HostTensor expansion) {
        List<HostTensor> parts = new ArrayList<>();
        for (int h = 0; h < config.numHeads(); h++) {
            parts.add(expansion.rows(first(config, h) + config.nopeHeadSize(), first(config, h + 1)));
        }
        return parts;
    }

    private static long first(LatentConfig config, int head) {
        return (long) head * (config.nopeHeadSize() + config.valueHeadSize());
    }

    private static HostTensor transposed(HostTensor matrix, DataType type) {
        int rows = Math.toIntExact(matrix.dim(0));
        int columns = Math.toIntExact(matrix.dim(1));
        float[] values = matrix.toFloats();
        float[] turned = new float[values.length];
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                turned[column * rows + row] = values[row * columns + column];
            }
        }
        return HostTensor.of(turned, columns, rows).to(type);
    }
}
