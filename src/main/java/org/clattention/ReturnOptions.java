package org.clattention;

import org.clattention.config.ScoresStage;
import org.jspecify.annotations.Nullable;

/**
 * What to return besides the output. Weights and scores make arrays of S·T elements per head; the others do not.
 *
 * @param weights the attention weights [B, Hq, S, T] after the softmax
 * @param scores the scores [B, Hq, S, T] of this stage; null for none
 * @param logSumExp the natural logarithm of each row's softmax denominator [B, Hq, S]; for fully masked rows the
 *     sink, −∞ without one
 * @param entropy −Σ w·ln w of each row's weights [B, Hq, S], in nats: 0 for one key, ln T for all alike
 * @param topKeys how many of each row's heaviest keys to return, with their weights [B, Hq, S, topKeys]; 0 for none
 * @param columnSums the weight that each key gets from all queries together [B, Hq, T]
 */
public record ReturnOptions(
        boolean weights,
        @Nullable ScoresStage scores,
        boolean logSumExp,
        boolean entropy,
        int topKeys,
        boolean columnSums) {
    /** The output alone. */
    public static final ReturnOptions OUTPUT = new ReturnOptions(false, null, false);
    /** The output and the weights. */
    public static final ReturnOptions WEIGHTS = new ReturnOptions(true, null, false);

    /** Checks the number of keys. */
    public ReturnOptions {
        if (topKeys < 0) {
            throw new IllegalArgumentException("topKeys: " + topKeys + " must not be negative");
        }
    }

    /** Without summaries of the weights. */
    public ReturnOptions(boolean weights, @Nullable ScoresStage scores, boolean logSumExp) {
        this(weights, scores, logSumExp, false, 0, false);
    }

    /** These options with summaries of the weights. */
    public ReturnOptions withSummaries(boolean newEntropy, int newTopKeys, boolean newColumnSums) {
        return new ReturnOptions(weights, scores, logSumExp, newEntropy, newTopKeys, newColumnSums);
    }
}
