package org.clattention;

import org.jspecify.annotations.Nullable;

/**
 * The inputs of one call of a multi-head attention layer.
 *
 * @param x [B, S, D] F32: what queries are made of, and keys and values too if there is no memory
 * @param memory [B, T, Dm] F32: what keys and values are made of in cross-attention; null for self-attention
 * @param masks who may attend to whom
 * @param wanted what to return besides the output
 */
public record AttentionInputs(Tensor x, @Nullable Tensor memory, AttentionMasks masks, ReturnOptions wanted) {
    /** Self-attention over x, no masks. */
    public static AttentionInputs of(Tensor x) {
        return new AttentionInputs(x, null, AttentionMasks.NONE, ReturnOptions.OUTPUT);
    }

    /** These inputs with a memory to attend to. */
    public AttentionInputs withMemory(@Nullable Tensor newMemory) {
        return new AttentionInputs(x, newMemory, masks, wanted);
    }

    /** These inputs with masks. */
    public AttentionInputs withMasks(AttentionMasks newMasks) {
        return new AttentionInputs(x, memory, newMasks, wanted);
    }

    /** These inputs with a boolean mask: true = attend. */
    public AttentionInputs withAttendMask(@Nullable Tensor mask) {
        return withMasks(masks.withAttend(mask));
    }

    /** These inputs with an additive mask. */
    public AttentionInputs withBiasMask(@Nullable Tensor mask) {
        return withMasks(masks.withBias(mask));
    }

    /** These inputs with the number of real keys of each batch entry. */
    public AttentionInputs withLengths(int @Nullable ... lengths) {
        return withMasks(masks.withLengths(lengths));
    }

    /** These inputs, returning more than the output. */
    public AttentionInputs returning(ReturnOptions newWanted) {
        return new AttentionInputs(x, memory, masks, newWanted);
    }
}
