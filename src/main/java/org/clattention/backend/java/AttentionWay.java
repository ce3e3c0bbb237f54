package org.clattention.backend.java;

import org.clattention.backend.AttentionStep;

/** How attention is done, and why: pure functions of the step. */
enum AttentionWay {
    /** With scores in memory. */
    EXPLICIT,
    /** In one pass over keys and values, for few rows. */
    STREAMED,
    /** By tiles of rows. */
    TILED;

    static AttentionWay of(AttentionStep step) {
        AttentionStep.Wanted wanted = step.wanted();
        if (wanted.weights() != null || wanted.scores() != null || wanted.summaries()) {
            return EXPLICIT;
        }
        return StreamedAttention.takes(step.shape()) ? STREAMED : TILED;
    }

    String reason() {
        return switch (this) {
            case EXPLICIT -> "java, with scores in memory, because scores or weights are asked for";
            case STREAMED ->
                "java, in one pass over keys and values, because at most " + Loops.ROWS
                        + " rows share a key-value head";
            case TILED -> "java, by tiles of rows, because more than " + Loops.ROWS + " rows share a key-value head";
        };
    }
}
