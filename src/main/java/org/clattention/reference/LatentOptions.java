package org.clattention.reference;

import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * The settings of latent attention (MLA).
 *
 * @param heads H
 * @param nopeSize dn: elements of a query or key head that are not rotated
 * @param ropeSize dr: elements that are rotated; the keys' are shared by all heads
 * @param valueSize dv: elements of a value head
 * @param latentSize r: elements of the cached latent
 * @param queryLatentSize rq: elements of the queries' latent; 0 means that queries are projected directly
 * @param scale of the scores; empty means 1/√(dn + dr)
 * @param causal a query attends only to itself and earlier tokens
 * @param normEpsilon of the RMS normalizations of the latents; usually 1e-6
 * @param rotary of the dr elements; null means none
 */
public record LatentOptions(
        int heads,
        int nopeSize,
        int ropeSize,
        int valueSize,
        int latentSize,
        int queryLatentSize,
        OptionalDouble scale,
        boolean causal,
        double normEpsilon,
        @Nullable RotaryOptions rotary) {
    /** Checks the sizes. */
    public LatentOptions {
        requirePositive("num_heads", heads);
        requirePositive("v_head_dim", valueSize);
        requirePositive("kv_lora_rank", latentSize);
        if (nopeSize < 0 || ropeSize < 0 || nopeSize + ropeSize < 1) {
            throw new IllegalArgumentException("qk_nope_head_dim, qk_rope_head_dim: " + nopeSize + " and " + ropeSize
                    + " must not be negative and not both be 0");
        }
        if (queryLatentSize < 0) {
            throw new IllegalArgumentException("q_lora_rank: " + queryLatentSize + " must not be negative");
        }
    }

    private static void requirePositive(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + ": " + value + " must be at least 1");
        }
    }
}
