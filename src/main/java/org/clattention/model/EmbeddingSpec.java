package org.clattention.model;

/**
 * The shape of a model's embeddings.
 *
 * @param vocabularySize V: rows of the table of tokens
 * @param width D
 * @param scale factor of the tokens' rows; √D in Gemma (a product in f32), otherwise 1
 * @param positions rows of the table of learned positions, which are added; 0 for none
 * @param tokenTypes rows of the table of token types, which are added; 0 for none
 * @param tied whether the table of tokens also makes the logits
 */
public record EmbeddingSpec(int vocabularySize, int width, double scale, int positions, int tokenTypes, boolean tied) {}
