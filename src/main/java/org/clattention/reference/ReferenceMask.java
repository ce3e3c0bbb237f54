package org.clattention.reference;

import java.util.Arrays;
import org.clattention.config.DataType;
import org.clattention.config.HostTensor;

/**
 * A boolean or additive mask, read as a bias [B, Hq, S, T]: 0 where a boolean mask is true, −∞ where it is false.
 * Broadcast from the right; a last dimension shorter than T is padded with −∞.
 */
final class ReferenceMask {
    private final HostTensor mask;
    private final boolean bool;
    private final int width;
    private final int[] strides = new int[3];

    /**
     * @throws IllegalArgumentException if the mask does not broadcast to {@code [batch, heads, queries, keys]}
     */
    ReferenceMask(HostTensor mask, int batch, int heads, int queries, int keys) {
        int[] full = {batch, heads, queries, keys};
        int rank = mask.rank();
        boolean fits = rank >= 1 && rank <= 4 && mask.dim(-1) <= keys;
        int stride = fits ? (int) mask.dim(-1) : 0;
        for (int axis = 2; fits && axis >= 4 - rank; axis--) {
            int size = (int) mask.dim(axis - (4 - rank));
            fits = size == 1 || size == full[axis];
            strides[axis] = size == 1 ? 0 : stride;
            stride *= size;
        }
        if (!fits) {
            throw new IllegalArgumentException("mask: shape " + Arrays.toString(mask.shape())
                    + " must broadcast to [B, Hq, S, T] = " + Arrays.toString(full)
                    + ", where the last dimension may be shorter");
        }
        this.mask = mask;
        this.bool = mask.type() == DataType.BOOL;
        this.width = (int) mask.dim(-1);
    }

    double bias(int b, int h, int i, int j) {
        if (j >= width) {
            return Double.NEGATIVE_INFINITY;
        }
        double entry = mask.getDouble(b * strides[0] + h * strides[1] + i * strides[2] + j);
        if (bool) {
            return entry == 0 ? Double.NEGATIVE_INFINITY : 0;
        }
        return entry;
    }
}
