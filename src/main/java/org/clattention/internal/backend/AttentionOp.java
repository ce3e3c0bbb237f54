package org.clattention.internal.backend;

import org.clattention.config.AttentionOptions;
import org.jspecify.annotations.Nullable;

/**
 * One call of scaled dot-product attention. All shapes have been checked.
 *
 * @param shape the sizes
 * @param options scale, causal mask, windows, softcap; its alignment has become {@code position} or {@code sequences}
 * @param query Q
 * @param key K
 * @param value V
 * @param keyRows how K and V keep their rows
 * @param context the result
 * @param extras masks and the like
 * @param wanted further results
 */
public record AttentionOp(
        Shape shape,
        AttentionOptions options,
        HeadView query,
        HeadView key,
        HeadView value,
        RowLayout keyRows,
        HeadView context,
        Extras extras,
        Wanted wanted) {

    /**
     * Sizes.
     *
     * @param batch B
     * @param queryHeads Hq
     * @param kvHeads Hkv, a divisor of Hq; query head h uses key-value head h / (Hq/Hkv)
     * @param queryLength S; where sequences differ, the longest
     * @param keyLength T, including any past; where sequences differ, the longest
     * @param headSize d of queries and keys
     * @param valueSize dv
     * @param position position of the first query, unless {@code sequences} are given
     * @param firstKey keys before it are gone; weights and scores have T − firstKey columns
     */
    public record Shape(
            int batch,
            int queryHeads,
            int kvHeads,
            int queryLength,
            int keyLength,
            int headSize,
            int valueSize,
            int position,
            int firstKey) {
        /** Columns of scores and weights. */
        public int keys() {
            return keyLength - firstKey;
        }

        /** B·Hq. */
        public int allHeads() {
            return Math.multiplyExact(batch, queryHeads);
        }
    }

    /**
     * Optional inputs.
     *
     * @param sequences I32 [B, 5], where sequences differ: first query row, queries, position of the first query, first
     *     key row, keys including any past
     * @param ragged rows beyond a sequence's end belong to the next one and are not written
     * @param dense K and V hold T rows of every sequence, padding included
     * @param mask BOOL: true = attend
     * @param bias floating-point, added to the scores; −inf masks
     * @param sinks F32 [Hq]: exp(sink) joins the softmax denominator
     * @param alibiSlopes F32 [Hq]: bias −slope·|p − j|
     * @param headGate F32 [Hq]: multiplies a head's context
     */
    public record Extras(
            @Nullable DeviceArray sequences,
            boolean ragged,
            boolean dense,
            @Nullable MaskView mask,
            @Nullable MaskView bias,
            @Nullable DeviceArray sinks,
            @Nullable DeviceArray alibiSlopes,
            @Nullable DeviceArray headGate) {
        /** None of them. */
        public static final Extras NONE = new Extras(null, false, true, null, null, null, null, null);
    }

    /**
     * Optional results, each dense; F32 but for the keys, which are I32. K = T − firstKey.
     *
     * @param weights [B, Hq, S, K], after the softmax
     * @param scores [B, Hq, S, K], before it
     * @param scoresStage which scores: 0 scaled, 1 after softcap, 2 after bias and masks
     * @param logSumExp [B, Hq, S]
     * @param entropy [B, Hq, S]
     * @param topKeys [B, Hq, S, topCount]
     * @param topWeights [B, Hq, S, topCount]; given exactly if {@code topKeys} is
     * @param topCount how many keys
     * @param columnSums [B, Hq, K]
     */
    public record Wanted(
            @Nullable DeviceArray weights,
            @Nullable DeviceArray scores,
            int scoresStage,
            @Nullable DeviceArray logSumExp,
            @Nullable DeviceArray entropy,
            @Nullable DeviceArray topKeys,
            @Nullable DeviceArray topWeights,
            int topCount,
            @Nullable DeviceArray columnSums) {
        /** None of them. */
        public static final Wanted NOTHING = new Wanted(null, null, 0, null, null, null, null, 0, null);

        /** Whether anything is asked for that needs the weights row by row. */
        public boolean summaries() {
            return entropy != null || topKeys != null || columnSums != null;
        }
    }
}
