package org.clattention;

import org.clattention.config.Checks;
import org.jspecify.annotations.Nullable;

/**
 * The inputs of one call of an attention layer or a transformer block.
 *
 * <p>Three forms: a batch x [B, S, D]; with {@link #withMemory}, cross-attention; and with {@link #ragged}, sequences of
 * different lengths one after another, x [total, D], without padding.
 *
 * @param x F32, F16 or BF16: what queries are made of, and keys and values too if there is no memory
 * @param memory [B, T, Dm]: what keys and values are made of in cross-attention; null for self-attention
 * @param masks who may attend to whom. With a cache, {@code lengths[b]} is the number of real tokens among the S of
 *     sequence b: the others are neither cached nor attended to, and their output is without meaning
 * @param cache earlier keys and values, to which this call's are appended; null for none
 * @param offsets [B + 1] for a ragged call: sequence b has the rows offsets[b] ... offsets[b+1] − 1 of x; null else
 * @param positions the position of each row of x for the rotary embedding, if not its place in its sequence; null else.
 *     Masks do not use it
 * @param wanted what to return besides the output
 * @param output where to write the output, instead of a new tensor; null for a new one
 */
@SuppressWarnings("ArrayRecordComponent") // an argument bundle, compared never
public record AttentionInputs(
        Tensor x,
        @Nullable Tensor memory,
        AttentionMasks masks,
        @Nullable KvCache cache,
        int @Nullable [] offsets,
        int @Nullable [] positions,
        ReturnOptions wanted,
        @Nullable Tensor output) {
    /** Checks what must be given. */
    public AttentionInputs {
        Checks.given("x", x);
        Checks.given("masks", masks);
        Checks.given("wanted", wanted);
    }

    /** Self-attention over x [B, S, D], no masks. */
    public static AttentionInputs of(Tensor x) {
        return new AttentionInputs(x, null, AttentionMasks.NONE, null, null, null, ReturnOptions.OUTPUT, null);
    }

    /**
     * Self-attention over sequences one after another.
     *
     * @param x [total, D]
     * @param offsets [B + 1], from 0 to total, not decreasing
     */
    public static AttentionInputs ragged(Tensor x, int... offsets) {
        Checks.given("offsets", offsets);
        return new AttentionInputs(
                x, null, AttentionMasks.NONE, null, offsets.clone(), null, ReturnOptions.OUTPUT, null);
    }

    /** These inputs with a memory to attend to. */
    public AttentionInputs withMemory(@Nullable Tensor newMemory) {
        return new AttentionInputs(x, newMemory, masks, cache, offsets, positions, wanted, output);
    }

    /** These inputs with masks. */
    public AttentionInputs withMasks(AttentionMasks newMasks) {
        return new AttentionInputs(x, memory, newMasks, cache, offsets, positions, wanted, output);
    }

    /** These inputs with a boolean mask: true = attend. */
    public AttentionInputs withAttendMask(@Nullable Tensor mask) {
        return withMasks(masks.withAttend(mask));
    }

    /** These inputs with an additive mask. */
    public AttentionInputs withBiasMask(@Nullable Tensor mask) {
        return withMasks(masks.withBias(mask));
    }

    /** These inputs with the number of real keys of each batch entry; with a cache, of real new tokens. */
    public AttentionInputs withLengths(int @Nullable ... lengths) {
        return withMasks(masks.withLengths(lengths));
    }

    /** These inputs with a cache. */
    public AttentionInputs withCache(@Nullable KvCache newCache) {
        return new AttentionInputs(x, memory, masks, newCache, offsets, positions, wanted, output);
    }

    /** These inputs with positions for the rotary embedding, one for each row of x. */
    public AttentionInputs withPositions(int @Nullable ... newPositions) {
        int[] copy = newPositions == null ? null : newPositions.clone();
        return new AttentionInputs(x, memory, masks, cache, offsets, copy, wanted, output);
    }

    /** These inputs, returning more than the output. */
    public AttentionInputs returning(ReturnOptions newWanted) {
        return new AttentionInputs(x, memory, masks, cache, offsets, positions, newWanted, output);
    }

    /**
     * These inputs, with the output written into a tensor of the caller's, so that the call allocates no device memory for
     * it. The tensor has the shape and the type that the output has, and is none of the inputs. Its contents are without
     * meaning while the call runs and after it has failed; closing the result leaves it open.
     */
    public AttentionInputs into(@Nullable Tensor newOutput) {
        return new AttentionInputs(x, memory, masks, cache, offsets, positions, wanted, newOutput);
    }
}
