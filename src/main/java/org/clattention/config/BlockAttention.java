package org.clattention.config;

import org.jspecify.annotations.Nullable;

/** The shape of the attention of a transformer block: multi-head or latent. */
public sealed interface BlockAttention permits AttentionConfig, LatentConfig {
    /** D: width of the input. */
    int modelWidth();

    /** Query heads. */
    int numHeads();

    /** Scale, causal mask, windows, softcap. */
    AttentionOptions options();

    /** Rotary position embedding of queries and keys; null for none. */
    @Nullable
    RotaryConfig rotary();

    /** Numbers that are cached for each token. */
    long cachedPerToken();
}
