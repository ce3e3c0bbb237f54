package org.clattention.config;

import org.jspecify.annotations.Nullable;

/**
 * The weights of a transformer block, on the host; matrices are [out_features, in_features] and stored on the device as
 * {@link AttentionWeights} are. Norms and biases are floating-point.
 *
 * @param attention the attention layer's
 * @param norm1Weight [D]
 * @param norm1Bias [D] or null; none with RMSNorm
 * @param norm2Weight [D]
 * @param norm2Bias [D] or null; none with RMSNorm
 * @param attentionNorm norm of what attention gives [D], with {@link BlockConfig.NormPosition#SANDWICH} alone; null else
 * @param feedForwardNorm norm of what the feed-forward network gives [D], likewise
 * @param gate [F, D]: makes the feed-forward network down(act(gate(x))·up(x)); null for down(act(up(x)))
 * @param gateBias [F] or null
 * @param up [F, D]
 * @param upBias [F] or null
 * @param down [D, F]
 * @param downBias [D] or null
 */
public record BlockWeights(
        BlockAttentionWeights attention,
        HostTensor norm1Weight,
        @Nullable HostTensor norm1Bias,
        HostTensor norm2Weight,
        @Nullable HostTensor norm2Bias,
        @Nullable HostTensor attentionNorm,
        @Nullable HostTensor feedForwardNorm,
        @Nullable HostTensor gate,
        @Nullable HostTensor gateBias,
        HostTensor up,
        @Nullable HostTensor upBias,
        HostTensor down,
        @Nullable HostTensor downBias) {
    /** Checks what must be given. */
    public BlockWeights {
        Checks.given("attention", attention);
        Checks.given("norm1Weight", norm1Weight);
        Checks.given("norm2Weight", norm2Weight);
        Checks.given("up", up);
        Checks.given("down", down);
    }

    /** Weights of a block with two norms. */
    public BlockWeights(
            BlockAttentionWeights attention,
            HostTensor norm1Weight,
            @Nullable HostTensor norm1Bias,
            HostTensor norm2Weight,
            @Nullable HostTensor norm2Bias,
            @Nullable HostTensor gate,
            @Nullable HostTensor gateBias,
            HostTensor up,
            @Nullable HostTensor upBias,
            HostTensor down,
            @Nullable HostTensor downBias) {
        this(
                attention,
                norm1Weight,
                norm1Bias,
                norm2Weight,
                norm2Bias,
                null,
                null,
                gate,
                gateBias,
                up,
                upBias,
                down,
                downBias);
    }

    /** These weights with another attention. */
    public BlockWeights withAttention(BlockAttentionWeights newAttention) {
        return new BlockWeights(
                newAttention,
                norm1Weight,
                norm1Bias,
                norm2Weight,
                norm2Bias,
                attentionNorm,
                feedForwardNorm,
                gate,
                gateBias,
                up,
                upBias,
                down,
                downBias);
    }

    /** These weights with norms of what attention and feed-forward network give. */
    public BlockWeights withBranchNorms(HostTensor newAttentionNorm, HostTensor newFeedForwardNorm) {
        Checks.given("newAttentionNorm", newAttentionNorm);
        Checks.given("newFeedForwardNorm", newFeedForwardNorm);
        return new BlockWeights(
                attention,
                norm1Weight,
                norm1Bias,
                norm2Weight,
                norm2Bias,
                newAttentionNorm,
                newFeedForwardNorm,
                gate,
                gateBias,
                up,
                upBias,
                down,
                downBias);
    }

    /**
     * These weights with matrices rounded to another floating-point or quantized type, in which the device will store them.
     * Norms, biases and extras stay as they are.
     *
     * @throws IllegalArgumentException if {@link HostTensor#to} cannot: quantized types take rows of whole blocks of 32
     */
    public BlockWeights to(DataType type) {
        Checks.given("type", type);
        return new BlockWeights(
                attention.to(type),
                norm1Weight,
                norm1Bias,
                norm2Weight,
                norm2Bias,
                attentionNorm,
                feedForwardNorm,
                gate == null ? null : gate.to(type),
                gateBias,
                up.to(type),
                upBias,
                down.to(type),
                downBias);
    }

    public void requireFit(BlockConfig config) {
        Checks.given("config", config);
        requireFit(attention, config.attention());
        long width = config.attention().modelWidth();
        long hidden = config.hiddenWidth();
        boolean rms = config.norm() == BlockConfig.Norm.RMS;
        Checks.weights("norm1Weight", norm1Weight, "[D]", width);
        Checks.weights("norm2Weight", norm2Weight, "[D]", width);
        if (rms && (norm1Bias != null || norm2Bias != null)) {
            throw new IllegalArgumentException("weights.norm1Bias, weights.norm2Bias: RMSNorm has no bias");
        }
        requireBranchNorm("attentionNorm", attentionNorm, config);
        requireBranchNorm("feedForwardNorm", feedForwardNorm, config);
        optional("norm1Bias", norm1Bias, "[D]", width);
        optional("norm2Bias", norm2Bias, "[D]", width);
        if (gate == null && gateBias != null) {
            throw new IllegalArgumentException("weights.gateBias: given without weights.gate");
        }
        optional("gate", gate, "[F, D]", hidden, width);
        optional("gateBias", gateBias, "[F]", hidden);
        Checks.weights("up", up, "[F, D]", hidden, width);
        optional("upBias", upBias, "[F]", hidden);
        Checks.weights("down", down, "[D, F]", width, hidden);
        optional("downBias", downBias, "[D]", width);
    }

    private static void requireFit(BlockAttentionWeights weights, BlockAttention attention) {
        if (weights instanceof AttentionWeights layer && attention instanceof AttentionConfig config) {
            layer.requireFit(config);
        } else if (weights instanceof LatentWeights latent && attention instanceof LatentConfig config) {
            latent.requireFit(config);
        } else {
            throw new IllegalArgumentException(
                    "weights.attention: " + weights.getClass().getSimpleName() + " do not belong to "
                            + attention.getClass().getSimpleName());
        }
    }

    private static void requireBranchNorm(String name, @Nullable HostTensor tensor, BlockConfig config) {
        boolean wanted = config.position() == BlockConfig.NormPosition.SANDWICH;
        if ((tensor != null) != wanted) {
            throw new IllegalArgumentException("weights." + name + ": "
                    + (wanted
                            ? "missing, but the norms stand SANDWICH"
                            : "given, but the norms do not stand SANDWICH"));
        }
        optional(name, tensor, "[D]", config.attention().modelWidth());
    }

    private static void optional(String name, @Nullable HostTensor tensor, String meaning, long... shape) {
        if (tensor != null) {
            Checks.weights(name, tensor, meaning, shape);
        }
    }
}
