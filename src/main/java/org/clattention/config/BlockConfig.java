package org.clattention.config;

/**
 * The shape of a transformer block: attention and a feed-forward network, each with a norm and a residual sum.
 *
 * @param attention the attention layer, multi-head or latent; its output must be as wide as its input
 * @param norm which norm
 * @param position where the norms stand
 * @param normEpsilon added to the variance, or to the mean square; most models have 1e-5 or 1e-6
 * @param activation of the feed-forward network
 * @param hiddenWidth F: width of the feed-forward network's hidden layer
 */
public record BlockConfig(
        BlockAttention attention,
        Norm norm,
        NormPosition position,
        double normEpsilon,
        Activation activation,
        int hiddenWidth) {

    /** Which norm. */
    public enum Norm {
        /** LayerNorm: (x − mean)/√(variance + ε)·weight + bias, with the biased variance. */
        LAYER,
        /** RMSNorm: x/√(mean(x²) + ε)·weight. */
        RMS
    }

    /** Where the norms stand. */
    public enum NormPosition {
        /** x += attend(norm1(x)); y = x + ffn(norm2(x)). */
        PRE,
        /** x = norm1(x + attend(x)); y = norm2(x + ffn(x)). */
        POST,
        /** x += attentionNorm(attend(norm1(x))); y = x + feedForwardNorm(ffn(norm2(x))): as in Gemma 2 and 3. */
        SANDWICH
    }

    /** Checks sizes. */
    public BlockConfig {
        Checks.given("attention", attention);
        Checks.given("norm", norm);
        Checks.given("position", position);
        Checks.given("activation", activation);
        Checks.positive("normEpsilon", normEpsilon);
        Checks.positive("hiddenWidth", hiddenWidth);
        if (attention instanceof AttentionConfig layer
                && (layer.outputWidth() != layer.modelWidth() || layer.memoryWidth() != layer.modelWidth())) {
            throw new IllegalArgumentException("attention: memory width " + layer.memoryWidth() + " and output width "
                    + layer.outputWidth() + " must be the model width " + layer.modelWidth() + " in a block");
        }
    }
}
