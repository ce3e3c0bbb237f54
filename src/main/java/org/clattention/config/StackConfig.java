package org.clattention.config;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The shape of a stack of transformer blocks: what lies between a model's embeddings and its logits. All its norms are of
 * the kind of the first block's, with its epsilon.
 *
 * @param blocks from first to last, at least one; all of one model width D
 * @param inputNorm whether the embeddings are normalized before the first block, as in BERT
 * @param outputNorm whether what the last block gives is normalized, as in all models whose norms stand before
 * @param vocabularySize V: logits of each row; 0 if the stack ends with the hidden states
 * @param logitsTransform activation of a dense layer D × D with a norm before the logits, as in BERT's masked language model;
 *     null for none
 */
public record StackConfig(
        List<BlockConfig> blocks,
        boolean inputNorm,
        boolean outputNorm,
        int vocabularySize,
        @Nullable Activation logitsTransform) {
    /** Checks that the blocks fit together. */
    public StackConfig {
        Checks.given("blocks", blocks);
        blocks.forEach(block -> Checks.given("blocks", block));
        blocks = List.copyOf(blocks);
        if (blocks.isEmpty()) {
            throw new IllegalArgumentException("blocks: at least one is needed");
        }
        int width = blocks.get(0).attention().modelWidth();
        for (int i = 1; i < blocks.size(); i++) {
            int other = blocks.get(i).attention().modelWidth();
            if (other != width) {
                throw new IllegalArgumentException(
                        "blocks: the model width of block " + i + " is " + other + ", of block 0 " + width);
            }
        }
        if (vocabularySize < 0) {
            throw new IllegalArgumentException(
                    "vocabularySize: " + vocabularySize + " must not be negative (0 = none)");
        }
        if (logitsTransform != null && vocabularySize == 0) {
            throw new IllegalArgumentException("logitsTransform: given, but vocabularySize is 0");
        }
    }

    /** D: width of the embeddings and of what each block gives. */
    public int modelWidth() {
        return blocks.get(0).attention().modelWidth();
    }

    /** Columns of the result: V, or D without logits. */
    public int outputWidth() {
        return vocabularySize == 0 ? modelWidth() : vocabularySize;
    }

    /** Numbers that a cache holds for each token, over all blocks. */
    public long cachedPerToken() {
        return blocks.stream()
                .mapToLong(block -> block.attention().cachedPerToken())
                .sum();
    }
}
