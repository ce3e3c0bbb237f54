package org.clattention;

import org.clattention.backend.AttentionStep;
import org.clattention.backend.Lane;
import org.clattention.backend.MaskView;
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

    static MaskArguments of(AttentionMasks masks, AttentionOptions options, int batch, int heads, int rows, int keys) {
        int[] lengths = masks.lengths();
        if (lengths != null) {
            Checks.lengths(lengths, batch, keys);
        } else if (options.alignment() == CausalAlignment.LENGTHS) {
            throw new IllegalArgumentException("lengths: missing, but the alignment is LENGTHS");
        }
        return new MaskArguments(
                view("attend", masks.attend(), DataType.BOOL, batch, heads, rows, keys),
                view("bias", masks.bias(), DataType.F32, batch, heads, rows, keys),
                lengths);
    }

    AttentionStep.Extras extras(Lane lane, @Nullable Tensor sinks, @Nullable Tensor alibiSlopes) {
        return new AttentionStep.Extras(
                lengths == null ? null : lane.scratch(Lane.Scratch.LENGTHS, lengths),
                attend,
                bias,
                sinks == null ? null : sinks.array(),
                alibiSlopes == null ? null : alibiSlopes.array(),
                null);
    }

    private static @Nullable MaskView view(
            String name, @Nullable Tensor mask, DataType type, int batch, int heads, int rows, int keys) {
        if (mask == null) {
            return null;
        }
        Checks.type(name, mask, type);
        return MaskView.broadcast(name, mask.array(), mask.shape(), batch, heads, rows, keys);
    }
}
