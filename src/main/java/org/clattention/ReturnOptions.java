package org.clattention;

import org.jspecify.annotations.Nullable;

/**
 * What to return besides the output. Each of these makes an array of its own.
 *
 * @param weights the attention weights [B, Hq, S, T] after the softmax
 * @param scores the scores [B, Hq, S, T] of this stage; null for none
 * @param logSumExp the natural logarithm of each row's softmax denominator [B, Hq, S]; −∞ for fully masked rows
 */
public record ReturnOptions(boolean weights, @Nullable ScoresStage scores, boolean logSumExp) {
    /** The output alone. */
    public static final ReturnOptions OUTPUT = new ReturnOptions(false, null, false);
    /** The output and the weights. */
    public static final ReturnOptions WEIGHTS = new ReturnOptions(true, null, false);
}
