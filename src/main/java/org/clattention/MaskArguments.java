package org.clattention;

import java.util.Arrays;
import org.clattention.config.Checks;
import org.clattention.config.DataType;
import org.clattention.internal.backend.MaskView;
import org.jspecify.annotations.Nullable;

/**
 * Checked masks of one call.
 *
 * @param attend the boolean mask
 * @param bias the additive mask
 * @param lengths real keys by batch entry
 */
@SuppressWarnings("ArrayRecordComponent") // lives for one call, compared never
record MaskArguments(@Nullable MaskView attend, @Nullable MaskView bias, int @Nullable [] lengths) {

    /**
     * Checks masks against the call.
     *
     * @param longestLength what a length may be at most
     */
    static MaskArguments of(AttentionMasks masks, int batch, int heads, int rows, int keys, int longestLength) {
        int[] lengths = masks.lengths();
        if (lengths != null) {
            Checks.lengths(lengths, batch, longestLength);
        }
        Tensor attend = masks.attend();
        if (attend != null) {
            TensorChecks.type("attend", attend, DataType.BOOL);
        }
        Tensor bias = masks.bias();
        if (bias != null) {
            TensorChecks.floatingPoint("bias", bias);
        }
        return new MaskArguments(
                view("attend", attend, batch, heads, rows, keys),
                view("bias", bias, batch, heads, rows, keys),
                lengths);
    }

    private static @Nullable MaskView view(
            String name, @Nullable Tensor mask, int batch, int heads, int rows, int keys) {
        if (mask == null) {
            return null;
        }
        requireOneMeaning(name, mask.shape(), batch, rows);
        return MaskView.broadcast(name, mask.array(), mask.shape(), batch, heads, rows, keys);
    }

    /** A matrix has a row for each query, but who means one for each batch entry (key padding) must not be misread in silence. */
    private static void requireOneMeaning(String name, long[] shape, int batch, int rows) {
        if (shape.length == 2 && batch > 1 && batch == rows && shape[0] == rows) {
            String both = ", " + shape[1] + "]";
            throw new IllegalArgumentException(
                    name + ": shape " + Arrays.toString(shape) + " is ambiguous, because the batch"
                            + " and the query length are both " + rows + "; reshape it to [1, 1, " + rows + both
                            + " for [S, T], a row for each query, or to [" + batch + ", 1, 1" + both
                            + " for [B, T], a row for each batch entry");
        }
    }
}
