package org.clattention.model.arch;

import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.clattention.config.Activation;
import org.clattention.config.AttentionOptions;
import org.clattention.config.HostTensor;
import org.clattention.model.SpecialTokens;

/**
 * What Gemma 2 and 3 share: norms before and after each branch, whose weights are stored as w and used as 1 + w;
 * embeddings × √D; scores × 1/√{@code query_pre_attn_scalar}; logits capped at {@code final_logit_softcapping}; a head
 * that is the table of embeddings.
 */
abstract class GemmaDecoder extends MultiHeadDecoder {
    private final double scale;
    private final double logitsSoftcap;

    GemmaDecoder(ConfigJson config, int absentMaxPositions, OptionalDouble absentLogitsSoftcap) {
        super(
                config,
                new Defaults(absentMaxPositions, true, SpecialTokens.of(2, 1)),
                OptionalInt.of(4),
                OptionalInt.of(256));
        scale = 1 / Math.sqrt(config.positive("query_pre_attn_scalar", 256));
        logitsSoftcap = config.optionalPositive("final_logit_softcapping", absentLogitsSoftcap)
                .orElse(0);
    }

    @Override
    AttentionOptions scores() {
        return AttentionOptions.DEFAULT.withScale(scale);
    }

    @Override
    Activation activation() {
        return Activations.of(config, "hidden_activation", "gelu_pytorch_tanh");
    }

    @Override
    boolean sandwich() {
        return true;
    }

    @Override
    double embeddingScale() {
        return Math.sqrt(width);
    }

    @Override
    double logitsSoftcap() {
        return logitsSoftcap;
    }

    @Override
    HostTensor norm(WeightReader reader, String name, long size) {
        return reader.onePlus(name, size);
    }

    @Override
    public double normMean() {
        return 0;
    }
}
