package org.clattention.internal.backend.cpu.attention;

import org.clattention.internal.backend.AttentionOp;
import org.clattention.internal.backend.cpu.simd.VectorKernels;

/** How attention is done, and why: pure functions of the step. */
public enum AttentionAlgorithm {
    /** With scores in memory. */
    EXPLICIT,
    /** In one pass over keys and values, for few rows. */
    STREAMED,
    /** By tiles of rows. */
    TILED;

    public static AttentionAlgorithm of(AttentionOp step) {
        AttentionOp.Wanted wanted = step.wanted();
        if (wanted.weights() != null || wanted.scores() != null || wanted.summaries()) {
            return EXPLICIT;
        }
        return SplitKvAttention.takes(step.shape()) ? STREAMED : TILED;
    }

    public String reason() {
        return switch (this) {
            case EXPLICIT -> "java, with scores in memory, because scores or weights are asked for";
            case STREAMED ->
                "java, in one pass over keys and values, because at most " + VectorKernels.ROWS
                        + " rows share a key-value head";
            case TILED ->
                "java, by tiles of rows, because more than " + VectorKernels.ROWS + " rows share a key-value head";
        };
    }
}
