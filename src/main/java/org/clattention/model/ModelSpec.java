package org.clattention.model;

import java.util.List;
import java.util.OptionalInt;
import org.clattention.config.StackConfig;

/**
 * All that a model's configuration says about its mathematics.
 *
 * @param architecture the name of the model class, such as {@code LlamaForCausalLM}
 * @param stack what lies between embeddings and logits
 * @param embedding the embeddings
 * @param logitsSoftcap c &gt; 0 replaces a logit x by c·tanh(x/c) ({@code final_logit_softcapping}); 0 for none
 * @param maxPositions the longest context that the model was made for, in tokens
 * @param beginToken {@code bos_token_id}
 * @param endTokens {@code eos_token_id}: any of them ends a text; empty if there is none
 * @param causal true for decoders, which predict the next token; false for encoders
 */
public record ModelSpec(
        String architecture,
        StackConfig stack,
        EmbeddingSpec embedding,
        double logitsSoftcap,
        int maxPositions,
        OptionalInt beginToken,
        List<Integer> endTokens,
        boolean causal) {
    /** Copies the list. */
    public ModelSpec {
        endTokens = List.copyOf(endTokens);
    }

    /** Caps logits: c·tanh(x/c) for each, in place; nothing without a softcap. */
    public void softcap(float[] logits) {
        for (int i = 0; logitsSoftcap > 0 && i < logits.length; i++) {
            logits[i] = (float) (logitsSoftcap * Math.tanh(logits[i] / logitsSoftcap));
        }
    }

    /**
     * Checks tokens.
     *
     * @throws IllegalArgumentException if one is not in the vocabulary
     */
    public void requireTokens(int... tokens) {
        for (int i = 0; i < tokens.length; i++) {
            if (tokens[i] < 0 || tokens[i] >= embedding.vocabularySize()) {
                throw new IllegalArgumentException("tokens[" + i + "]: " + tokens[i] + " must be from 0 to "
                        + (embedding.vocabularySize() - 1) + ", the last of the vocabulary");
            }
        }
    }

    /** This model with other special tokens. */
    ModelSpec withTokens(SpecialTokens tokens) {
        return new ModelSpec(
                architecture, stack, embedding, logitsSoftcap, maxPositions, tokens.begin(), tokens.end(), causal);
    }
}
