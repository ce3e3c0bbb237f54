package org.clattention.internal.backend;

import org.jspecify.annotations.Nullable;

/**
 * What a projection does to each head before it stores it: an RMS norm, then the rotary embedding, at least one of them.
 *
 * @param norm [size] weights of the RMS norm; null for none
 * @param normEpsilon added to the mean square
 * @param rotation the rotary embedding, whose source rows are the projection's; null for none
 */
public record HeadFinish(@Nullable DeviceArray norm, double normEpsilon, StoreOp.@Nullable Rotation rotation) {
    /** Null if there is nothing to do. */
    public static @Nullable HeadFinish of(
            @Nullable DeviceArray norm, double normEpsilon, StoreOp.@Nullable Rotation rotation) {
        return norm == null && rotation == null ? null : new HeadFinish(norm, normEpsilon, rotation);
    }
}
