package org.clattention.testing;

import org.jspecify.annotations.Nullable;

/**
 * What a case gives, by whoever computed it; head-major, null where it was not wanted.
 *
 * @param output [B, Hq, S, dv]
 * @param weights [B, Hq, S, T]
 * @param scores [B, Hq, S, T]
 * @param logSumExp [B, Hq, S]
 * @param summaries of the weights; a reference has none, it is held against the weights
 */
@SuppressWarnings("ArrayRecordComponent") // test data, compared never
public record Answers(
        double[] output,
        double @Nullable [] weights,
        double @Nullable [] scores,
        double @Nullable [] logSumExp,
        @Nullable Summaries summaries) {}
