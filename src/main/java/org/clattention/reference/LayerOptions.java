package org.clattention.reference;

import org.clattention.config.AttentionOptions;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a multi-head attention layer.
 *
 * @param heads query heads Hq
 * @param kvHeads key-value heads Hkv; Hq must be a multiple
 * @param attention scale, causal mask, alignment, windows, softcap
 * @param normEpsilon of the RMS normalizations of queries and keys; usually 1e-6
 * @param rotary of queries and keys; null means none
 */
public record LayerOptions(
        int heads,
        int kvHeads,
        AttentionOptions attention,
        double normEpsilon,
        @Nullable RotaryOptions rotary) {
    /** Checks the numbers of heads. */
    public LayerOptions {
        if (heads < 1 || kvHeads < 1 || heads % kvHeads != 0) {
            throw new IllegalArgumentException(
                    "heads: " + heads + " must be a positive multiple of kvHeads " + kvHeads);
        }
    }

    /** As many key-value heads as query heads, nothing optional. */
    public static LayerOptions of(int heads) {
        return new LayerOptions(heads, heads, AttentionOptions.DEFAULT, 1e-6, null);
    }

    /** These settings with other key-value heads. */
    public LayerOptions withKvHeads(int newKvHeads) {
        return new LayerOptions(heads, newKvHeads, attention, normEpsilon, rotary);
    }

    /** These settings with other attention options. */
    public LayerOptions withAttention(AttentionOptions newAttention) {
        return new LayerOptions(heads, kvHeads, newAttention, normEpsilon, rotary);
    }

    /** These settings with a rotary embedding; null means none. */
    public LayerOptions withRotary(@Nullable RotaryOptions newRotary) {
        return new LayerOptions(heads, kvHeads, attention, normEpsilon, newRotary);
    }
}
