package org.clattention.config;

import org.jspecify.annotations.Nullable;

/**
 * The shape of a multi-head latent attention layer (DeepSeek-V2, 2024). Keys and values are expanded from one small latent
 * per token, so that a cache holds r + dr numbers per token, whatever the number of heads.
 *
 * @param modelWidth D: width of input and output
 * @param numHeads H
 * @param nopeHeadSize dn: components of a query or key head without rotation
 * @param ropeHeadSize dr: components that rotate; the key's are shared by all heads
 * @param valueHeadSize dv
 * @param latentSize r: the key-value latent
 * @param queryLatentSize rq: the query latent; 0 if queries are projected directly
 * @param options scale (default 1/√(dn+dr)), causal mask, windows, softcap
 * @param rotary rotary embedding of the dr components; null for none
 * @param normEpsilon added to the mean square by the norms of the latents
 * @param form how to compute
 */
public record LatentConfig(
        int modelWidth,
        int numHeads,
        int nopeHeadSize,
        int ropeHeadSize,
        int valueHeadSize,
        int latentSize,
        int queryLatentSize,
        AttentionOptions options,
        @Nullable RotaryConfig rotary,
        double normEpsilon,
        Form form)
        implements BlockAttention {

    /** Two ways to the same result. */
    public enum Form {
        /** Plain for many new tokens, absorbed for few. Keeps the expansion W_kv_b in two orders, so twice. */
        AUTO,
        /** Expand keys and values of every head, then attend. */
        PLAIN,
        /** Fold the expansion into queries and outputs and attend among latents: nothing per head and key is made. */
        ABSORBED
    }

    /** Checks sizes. */
    public LatentConfig {
        Checks.given("options", options);
        Checks.given("form", form);
        Checks.positive("modelWidth", modelWidth);
        Checks.positive("numHeads", numHeads);
        Checks.positive("nopeHeadSize", nopeHeadSize);
        Checks.positive("ropeHeadSize", ropeHeadSize);
        Checks.positive("valueHeadSize", valueHeadSize);
        Checks.positive("latentSize", latentSize);
        if (queryLatentSize < 0) {
            throw new IllegalArgumentException(
                    "queryLatentSize: " + queryLatentSize + " must not be negative (0 = none)");
        }
        Checks.positive("normEpsilon", normEpsilon);
        long headSize = Checks.fitsInt("nopeHeadSize + ropeHeadSize", (long) nopeHeadSize + ropeHeadSize);
        Checks.fitsInt("latentSize + ropeHeadSize", (long) latentSize + ropeHeadSize);
        Checks.fitsInt("numHeads * (nopeHeadSize + ropeHeadSize)", numHeads * headSize);
        Checks.fitsInt("numHeads * (nopeHeadSize + valueHeadSize)", numHeads * ((long) nopeHeadSize + valueHeadSize));
        Checks.fitsInt("numHeads * latentSize", (long) numHeads * latentSize);
        if (rotary != null) {
            rotary.dimFor(ropeHeadSize);
        }
    }

    private int headSize() {
        return nopeHeadSize + ropeHeadSize;
    }

    /** Rows of W_q: H·(dn + dr). */
    public int queryWidth() {
        return numHeads * headSize();
    }

    /** Rows of W_kv_b: H·(dn + dv). */
    public int expandedWidth() {
        return numHeads * (nopeHeadSize + valueHeadSize);
    }

    /** What is cached per token: r + dr numbers. */
    public int cachedSize() {
        return latentSize + ropeHeadSize;
    }

    @Override
    public long cachedPerToken() {
        return cachedSize();
    }

    /** The factor of the scores: the one of the options, or 1/√(dn + dr). */
    public double scale() {
        return options.scaleFor(headSize());
    }

    /** This configuration, computed in another form. */
    public LatentConfig withForm(Form newForm) {
        return new LatentConfig(
                modelWidth,
                numHeads,
                nopeHeadSize,
                ropeHeadSize,
                valueHeadSize,
                latentSize,
                queryLatentSize,
                options,
                rotary,
                normEpsilon,
                newForm);
    }
}
