package org.clattention;

import org.jspecify.annotations.Nullable;

/**
 * Per-head parameters of a layer that many models do without; each may be null. Sinks, slopes and gates are finite as floats.
 *
 * @param queryNorm [d]: RMS norm of each query head, before the rotation (Qwen 3, Gemma 3)
 * @param keyNorm [d]: the same for key heads
 * @param sinks [Hq]: exp(sink) joins the softmax denominator, unscaled (gpt-oss); finite, or −∞ for a head without
 * @param alibiSlopes [Hq]: adds −slope·|p − j| to the scores (Press et al. 2022)
 * @param headGate [Hq]: multiplies a head's context before W_O; 0 removes the head
 */
public record HeadExtras(
        @Nullable HostTensor queryNorm,
        @Nullable HostTensor keyNorm,
        @Nullable HostTensor sinks,
        @Nullable HostTensor alibiSlopes,
        @Nullable HostTensor headGate) {
    /** None of them. */
    public static final HeadExtras NONE = new HeadExtras(null, null, null, null, null);

    /** These parameters with norms of queries and keys. */
    public HeadExtras withNorms(@Nullable HostTensor query, @Nullable HostTensor key) {
        return new HeadExtras(query, key, sinks, alibiSlopes, headGate);
    }

    /** These parameters with attention sinks. */
    public HeadExtras withSinks(@Nullable HostTensor newSinks) {
        return new HeadExtras(queryNorm, keyNorm, newSinks, alibiSlopes, headGate);
    }

    /** These parameters with ALiBi. */
    public HeadExtras withAlibi(@Nullable HostTensor slopes) {
        return new HeadExtras(queryNorm, keyNorm, sinks, slopes, headGate);
    }

    /** These parameters with a gate on each head. */
    public HeadExtras withHeadGate(@Nullable HostTensor gate) {
        return new HeadExtras(queryNorm, keyNorm, sinks, alibiSlopes, gate);
    }
}
