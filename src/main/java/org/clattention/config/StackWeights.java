package org.clattention.config;

import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The weights of a stack of transformer blocks, on the host; matrices are [out_features, in_features].
 *
 * @param blocks the weights of block i: asked for once each, in order, and not kept, so that they may be made on the way
 * @param inputNorm of the embeddings; null if the configuration has none
 * @param outputNorm of what the last block gives; null if the configuration has none
 * @param logits what makes logits; null if the stack ends with the hidden states
 */
public record StackWeights(
        IntFunction<BlockWeights> blocks,
        @Nullable NormWeights inputNorm,
        @Nullable NormWeights outputNorm,
        @Nullable LogitsWeights logits) {
    /** Checks what must be given. */
    public StackWeights {
        Checks.given("blocks", blocks);
    }

    /**
     * A norm over the model width.
     *
     * @param weight [D]
     * @param bias [D] or null; none with RMSNorm
     */
    public record NormWeights(HostTensor weight, @Nullable HostTensor bias) {
        /** Checks what must be given. */
        public NormWeights {
            Checks.given("weight", weight);
        }
    }

    /**
     * The way from hidden states to logits: {@code matrix · norm(act(transform · x + transformBias)) + bias}, or
     * {@code matrix · x + bias}.
     *
     * @param transform [D, D], or null
     * @param transformBias [D] or null
     * @param transformNorm with a transform; null else
     * @param matrix [V, D]: often the table of embeddings itself
     * @param bias [V] or null
     */
    public record LogitsWeights(
            @Nullable HostTensor transform,
            @Nullable HostTensor transformBias,
            @Nullable NormWeights transformNorm,
            HostTensor matrix,
            @Nullable HostTensor bias) {
        /** Checks what must be given. */
        public LogitsWeights {
            Checks.given("matrix", matrix);
        }

        /** Logits straight from the hidden states. */
        public static LogitsWeights of(HostTensor matrix) {
            return new LogitsWeights(null, null, null, matrix, null);
        }
    }

    /** Checks all but the blocks, which are checked as they come. */
    public void requireFit(StackConfig config) {
        Checks.given("config", config);
        long width = config.modelWidth();
        boolean rms = config.blocks().get(0).norm() == BlockConfig.Norm.RMS;
        norm("inputNorm", inputNorm, config.inputNorm(), rms, width);
        norm("outputNorm", outputNorm, config.outputNorm(), rms, width);
        present("logits", logits, config.vocabularySize() > 0);
        if (logits == null) {
            return;
        }
        boolean transformed = config.logitsTransform() != null;
        present("logits.transform", logits.transform(), transformed);
        norm("logits.transformNorm", logits.transformNorm(), transformed, rms, width);
        if (!transformed) {
            present("logits.transformBias", logits.transformBias(), false);
        }
        optional("logits.transform", logits.transform(), "[D, D]", width, width);
        optional("logits.transformBias", logits.transformBias(), "[D]", width);
        Checks.weights("logits.matrix", logits.matrix(), "[V, D]", config.vocabularySize(), width);
        optional("logits.bias", logits.bias(), "[V]", config.vocabularySize());
    }

    private static void norm(String name, @Nullable NormWeights norm, boolean wanted, boolean rms, long width) {
        present(name, norm, wanted);
        if (norm != null) {
            Checks.weights(name + ".weight", norm.weight(), "[D]", width);
            if (rms && norm.bias() != null) {
                throw new IllegalArgumentException("weights." + name + ".bias: RMSNorm has no bias");
            }
            optional(name + ".bias", norm.bias(), "[D]", width);
        }
    }

    private static void present(String name, @Nullable Object thing, boolean wanted) {
        if ((thing != null) != wanted) {
            throw new IllegalArgumentException(
                    "weights." + name + ": " + (wanted ? "missing" : "given, but the configuration has no use for it"));
        }
    }

    private static void optional(String name, @Nullable HostTensor tensor, String meaning, long... shape) {
        if (tensor != null) {
            Checks.weights(name, tensor, meaning, shape);
        }
    }
}
