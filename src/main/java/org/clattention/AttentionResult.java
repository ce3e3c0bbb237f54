package org.clattention;

import org.jspecify.annotations.Nullable;

/**
 * What an attention call gave. The tensors belong to the caller; closing the result closes them all.
 *
 * @param output [B, S, Do] of a layer; for dot-product attention in the layout of its queries
 * @param weights [B, Hq, S, T] if asked for, else null
 * @param scores [B, Hq, S, T] if asked for, else null
 * @param logSumExp [B, Hq, S] if asked for, else null
 */
public record AttentionResult(
        Tensor output,
        @Nullable Tensor weights,
        @Nullable Tensor scores,
        @Nullable Tensor logSumExp) implements AutoCloseable {

    /** Closes all tensors of this result. */
    @Override
    public void close() {
        output.close();
        closeIfPresent(weights);
        closeIfPresent(scores);
        closeIfPresent(logSumExp);
    }

    private static void closeIfPresent(@Nullable Tensor tensor) {
        if (tensor != null) {
            tensor.close();
        }
    }
}
