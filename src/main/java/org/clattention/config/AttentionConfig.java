package org.clattention.config;

import org.jspecify.annotations.Nullable;

/**
 * The shape of a multi-head attention layer.
 *
 * @param modelWidth D: width of the input x [B, S, D]
 * @param memoryWidth Dm: width of what keys and values are made of; D in self-attention
 * @param outputWidth Do: width of the output [B, S, Do]; usually D
 * @param numHeads Hq: query heads
 * @param numKvHeads Hkv: key-value heads, a divisor of Hq; query head h uses key-value head h / (Hq/Hkv)
 * @param headSize d: size of a query and key head
 * @param valueHeadSize dv: size of a value head; usually d
 * @param options scale, causal mask, windows, softcap
 * @param rotary rotary position embedding of queries and keys; null for none
 * @param normEpsilon added to the mean square by the norms of queries and keys; 1e-6 unless given
 */
public record AttentionConfig(
        int modelWidth,
        int memoryWidth,
        int outputWidth,
        int numHeads,
        int numKvHeads,
        int headSize,
        int valueHeadSize,
        AttentionOptions options,
        @Nullable RotaryConfig rotary,
        double normEpsilon)
        implements BlockAttention {
    private static final double DEFAULT_NORM_EPSILON = 1e-6;

    /** A layer without rotary embedding. */
    public AttentionConfig(
            int modelWidth,
            int memoryWidth,
            int outputWidth,
            int numHeads,
            int numKvHeads,
            int headSize,
            int valueHeadSize,
            AttentionOptions options) {
        this(
                modelWidth,
                memoryWidth,
                outputWidth,
                numHeads,
                numKvHeads,
                headSize,
                valueHeadSize,
                options,
                null,
                DEFAULT_NORM_EPSILON);
    }

    /** Checks sizes and the grouping of heads. */
    public AttentionConfig {
        Checks.given("options", options);
        Checks.positive("modelWidth", modelWidth);
        Checks.positive("memoryWidth", memoryWidth);
        Checks.positive("outputWidth", outputWidth);
        Checks.positive("numHeads", numHeads);
        Checks.positive("numKvHeads", numKvHeads);
        Checks.positive("headSize", headSize);
        Checks.positive("valueHeadSize", valueHeadSize);
        if (numHeads % numKvHeads != 0) {
            throw new IllegalArgumentException(
                    "numHeads: " + numHeads + " is not a multiple of numKvHeads = " + numKvHeads);
        }
        Checks.fitsInt("numHeads * headSize", (long) numHeads * headSize);
        Checks.fitsInt("numHeads * valueHeadSize", (long) numHeads * valueHeadSize);
        Checks.fitsInt(
                "(numHeads + numKvHeads) * headSize + numKvHeads * valueHeadSize",
                ((long) numHeads + numKvHeads) * headSize + (long) numKvHeads * valueHeadSize);
        Checks.positive("normEpsilon", normEpsilon);
        if (rotary != null) {
            rotary.dimFor(headSize);
        }
    }

    /**
     * Plain multi-head self-attention: head size {@code modelWidth / numHeads}, as many key-value heads as query heads,
     * output as wide as the input, no mask.
     *
     * @throws IllegalArgumentException if {@code modelWidth} is not a multiple of {@code numHeads}
     */
    public static AttentionConfig of(int modelWidth, int numHeads) {
        Checks.positive("modelWidth", modelWidth);
        Checks.positive("numHeads", numHeads);
        if (modelWidth % numHeads != 0) {
            throw new IllegalArgumentException("modelWidth: " + modelWidth + " is not a multiple of numHeads = "
                    + numHeads + "; give the head size, too: AttentionConfig.of(" + modelWidth + ", " + numHeads
                    + ", headSize)");
        }
        int size = modelWidth / numHeads;
        return new AttentionConfig(
                modelWidth, modelWidth, modelWidth, numHeads, numHeads, size, size, AttentionOptions.DEFAULT);
    }

    /**
     * Multi-head self-attention with heads of a size of their own, as models have whose heads together are narrower or wider
     * than the input: as many key-value heads as query heads, values as large as keys, output as wide as the input, no mask.
     */
    public static AttentionConfig of(int modelWidth, int numHeads, int headSize) {
        return new AttentionConfig(
                modelWidth, modelWidth, modelWidth, numHeads, numHeads, headSize, headSize, AttentionOptions.DEFAULT);
    }

    /** This configuration with fewer key-value heads than query heads: grouped-query or multi-query attention. */
    public AttentionConfig withKvHeads(int kvHeads) {
        return new AttentionConfig(
                modelWidth,
                memoryWidth,
                outputWidth,
                numHeads,
                kvHeads,
                headSize,
                valueHeadSize,
                options,
                rotary,
                normEpsilon);
    }

    /** This configuration with other head sizes. */
    public AttentionConfig withHeadSize(int size, int valueSize) {
        return new AttentionConfig(
                modelWidth,
                memoryWidth,
                outputWidth,
                numHeads,
                numKvHeads,
                size,
                valueSize,
                options,
                rotary,
                normEpsilon);
    }

    /** This configuration for cross-attention to a memory of another width. */
    public AttentionConfig withMemoryWidth(int width) {
        return new AttentionConfig(
                modelWidth,
                width,
                outputWidth,
                numHeads,
                numKvHeads,
                headSize,
                valueHeadSize,
                options,
                rotary,
                normEpsilon);
    }

    /** This configuration with another output width. */
    public AttentionConfig withOutputWidth(int width) {
        return new AttentionConfig(
                modelWidth,
                memoryWidth,
                width,
                numHeads,
                numKvHeads,
                headSize,
                valueHeadSize,
                options,
                rotary,
                normEpsilon);
    }

    /** This configuration with other options. */
    public AttentionConfig withOptions(AttentionOptions newOptions) {
        return new AttentionConfig(
                modelWidth,
                memoryWidth,
                outputWidth,
                numHeads,
                numKvHeads,
                headSize,
                valueHeadSize,
                newOptions,
                rotary,
                normEpsilon);
    }

    /** This configuration with a rotary embedding; null for none. */
    public AttentionConfig withRotary(@Nullable RotaryConfig newRotary) {
        return new AttentionConfig(
                modelWidth,
                memoryWidth,
                outputWidth,
                numHeads,
                numKvHeads,
                headSize,
                valueHeadSize,
                options,
                newRotary,
                normEpsilon);
    }

    /** This configuration with another epsilon of the norms of queries and keys. */
    public AttentionConfig withNormEpsilon(double epsilon) {
        return new AttentionConfig(
                modelWidth,
                memoryWidth,
                outputWidth,
                numHeads,
                numKvHeads,
                headSize,
                valueHeadSize,
                options,
                rotary,
                epsilon);
    }

    /** This configuration with or without the causal mask. */
    public AttentionConfig withCausal(boolean causal) {
        return withOptions(options.withCausal(causal));
    }

    /** Rows of W_q: Hq · d. */
    public int queryWidth() {
        return numHeads * headSize;
    }

    /** Rows of W_k: Hkv · d. */
    public int keyWidth() {
        return numKvHeads * headSize;
    }

    /** Rows of W_v: Hkv · dv. */
    public int valueWidth() {
        return numKvHeads * valueHeadSize;
    }

    @Override
    public long cachedPerToken() {
        return (long) numKvHeads * ((long) headSize + valueHeadSize);
    }

    /** Columns of W_O: Hq · dv. */
    public int contextWidth() {
        return numHeads * valueHeadSize;
    }
}
