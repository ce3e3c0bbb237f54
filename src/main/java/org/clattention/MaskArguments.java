package org.clattention;

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
        return mask == null ? null : MaskView.broadcast(name, mask.array(), mask.shape(), batch, heads, rows, keys);
    }
}
