package org.clattention.internal.backend;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.clattention.config.HostTensor;

/** Matrices of heads, for backends that keep weights in panels: each begins with a panel of its own. */
public final class HeadMatrices {
    private HeadMatrices() {}

    /** Each [rows, columns] with rows of zeros up to a multiple. */
    public static List<HostTensor> padded(List<HostTensor> matrices, int multiple) {
        return matrices.stream().map(matrix -> padded(matrix, multiple)).toList();
    }

    private static HostTensor padded(HostTensor matrix, int multiple) {
        long rows = (matrix.dim(0) + multiple - 1) / multiple * multiple;
        if (rows == matrix.dim(0)) {
            return matrix;
        }
        long bytes = matrix.type().bytes(Math.multiplyExact(rows, matrix.dim(1)));
        ByteBuffer data = ByteBuffer.allocate(Math.toIntExact(bytes)).order(ByteOrder.LITTLE_ENDIAN);
        data.put(matrix.data()).rewind();
        return HostTensor.wrap(matrix.type(), data, rows, matrix.dim(1));
    }
}
