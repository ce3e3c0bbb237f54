package org.clattention.backend;

import org.clattention.AttentionOptions;
import org.jspecify.annotations.Nullable;

/**
 * One call of scaled dot-product attention. All shapes have been checked.
 *
 * @param batch B
 * @param queryHeads Hq
 * @param kvHeads Hkv, a divisor of Hq; query head h uses key-value head h / (Hq/Hkv)
 * @param queryLength S
 * @param keyLength T, including any past
 * @param headSize d of queries and keys
 * @param valueSize dv
 * @param options scale, causal mask, windows, softcap
 * @param position position of the first query; not used with {@code CausalAlignment.LENGTHS}
 * @param query Q
 * @param key K
 * @param value V
 * @param context the result
 * @param extras masks and the like
 * @param wanted further results
 */
public record AttentionStep(
        int batch,
        int queryHeads,
        int kvHeads,
        int queryLength,
        int keyLength,
        int headSize,
        int valueSize,
        AttentionOptions options,
        int position,
        HeadView query,
        HeadView key,
        HeadView value,
        HeadView context,
        Extras extras,
        Wanted wanted) {

    /**
     * Optional inputs.
     *
     * @param lengths [B] I32: keys from lengths[b] on are padding
     * @param mask BOOL: true = attend
     * @param bias F32, added to the scores; −inf masks
     * @param sinks [Hq] F32: exp(sink) joins the softmax denominator
     * @param alibiSlopes [Hq] F32: bias −slope·|p − j|
     * @param headGate [Hq] F32: multiplies a head's context
     */
    public record Extras(
            @Nullable DeviceArray lengths,
            @Nullable MaskView mask,
            @Nullable MaskView bias,
            @Nullable DeviceArray sinks,
            @Nullable DeviceArray alibiSlopes,
            @Nullable DeviceArray headGate) {
        /** None of them. */
        public static final Extras NONE = new Extras(null, null, null, null, null, null);
    }

    /**
     * Optional results, each dense and F32.
     *
     * @param weights [B, Hq, S, T], after the softmax
     * @param scores [B, Hq, S, T], before it
     * @param scoresStage which scores: 0 scaled, 1 after softcap, 2 after bias and masks
     * @param logSumExp [B, Hq, S]
     */
    public record Wanted(
            @Nullable DeviceArray weights,
            @Nullable DeviceArray scores,
            int scoresStage,
            @Nullable DeviceArray logSumExp) {
        /** None of them. */
        public static final Wanted NOTHING = new Wanted(null, null, 0, null);
    }
}
