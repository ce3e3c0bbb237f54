package org.clattention;

import org.clattention.config.Checks;
import org.clattention.internal.backend.Closing;
import org.jspecify.annotations.Nullable;

/**
 * What an attention call gave. The tensors belong to the caller; closing the result closes them all, except an output that
 * the caller gave the call to write to. All but the output are null unless they were asked for, and F32 unless said otherwise.
 *
 * @param output [B, S, Do] of a layer, in the type of its input; for dot-product attention in the layout and type of its
 *     queries
 * @param weights [B, Hq, S, T], after the softmax
 * @param scores [B, Hq, S, T], of the stage that was asked for
 * @param logSumExp [B, Hq, S], natural logarithm; −∞ where nothing may be attended to
 * @param entropy [B, Hq, S], in nats
 * @param topKeys [B, Hq, S, n] I32, heaviest first; −1 where a row has fewer keys with weight
 * @param topWeights [B, Hq, S, n]
 * @param columnSums [B, Hq, T]
 * @param presentKey past and new keys [B, Hkv, P + T, d], if dot-product attention was given a past
 * @param presentValue past and new values [B, Hkv, P + T, dv], likewise
 * @param outputGiven the output is the caller's own tensor, from {@link AttentionInputs#into}
 */
public record AttentionResult(
        Tensor output,
        @Nullable Tensor weights,
        @Nullable Tensor scores,
        @Nullable Tensor logSumExp,
        @Nullable Tensor entropy,
        @Nullable Tensor topKeys,
        @Nullable Tensor topWeights,
        @Nullable Tensor columnSums,
        @Nullable Tensor presentKey,
        @Nullable Tensor presentValue,
        boolean outputGiven)
        implements AutoCloseable {
    /** Checks what must be given. */
    public AttentionResult {
        Checks.given("output", output);
    }

    /** Closes all tensors of this result, except an output that the caller gave. */
    @Override
    public void close() {
        Throwable failure = outputGiven ? null : Closing.one(output, null);
        failure = Closing.one(weights, failure);
        failure = Closing.one(scores, failure);
        failure = Closing.one(logSumExp, failure);
        failure = Closing.one(entropy, failure);
        failure = Closing.one(topKeys, failure);
        failure = Closing.one(topWeights, failure);
        failure = Closing.one(columnSums, failure);
        failure = Closing.one(presentKey, failure);
        Closing.end(Closing.one(presentValue, failure));
    }
}
