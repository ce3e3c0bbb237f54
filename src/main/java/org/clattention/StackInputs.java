package org.clattention;

import org.clattention.config.Checks;
import org.jspecify.annotations.Nullable;

/**
 * The inputs of one call of a stack of blocks.
 *
 * @param x F32, the embeddings: [B, S, D], or [total, D] with {@code offsets}
 * @param masks who may attend to whom, in every block; with a cache {@code lengths[b]} is the number of real tokens among the
 *     S of sequence b
 * @param cache the tokens before, to which this call's are appended; null for none
 * @param offsets [B + 1] for sequences of different lengths one after another: sequence b has the rows offsets[b] ...
 *     offsets[b+1] − 1 of x; null else
 * @param rows which rows the result has
 * @param wanted what to return of each block's attention
 * @param output where to write the result, instead of a new tensor: F32 of the result's shape; null for a new one
 */
@SuppressWarnings("ArrayRecordComponent") // an argument bundle, compared never
public record StackInputs(
        Tensor x,
        AttentionMasks masks,
        @Nullable StackCache cache,
        int @Nullable [] offsets,
        Rows rows,
        ReturnOptions wanted,
        @Nullable Tensor output) {

    /** Which rows the result has. */
    public enum Rows {
        /** Those of all tokens: [B, S, V], or [total, V] with offsets. */
        ALL,
        /** That of the last real token of each sequence: [B, V]. It is without meaning for a sequence without tokens. */
        LAST
    }

    /** Checks what must be given. */
    public StackInputs {
        Checks.given("x", x);
        Checks.given("masks", masks);
        Checks.given("rows", rows);
        Checks.given("wanted", wanted);
    }

    /** All rows of a batch x [B, S, D]. */
    public static StackInputs of(Tensor x) {
        return new StackInputs(x, AttentionMasks.NONE, null, null, Rows.ALL, ReturnOptions.OUTPUT, null);
    }

    /** All rows of sequences one after another. */
    public static StackInputs ragged(Tensor x, int... offsets) {
        Checks.given("offsets", offsets);
        return new StackInputs(x, AttentionMasks.NONE, null, offsets.clone(), Rows.ALL, ReturnOptions.OUTPUT, null);
    }

    /** These inputs with the number of real tokens of each sequence. */
    public StackInputs withLengths(int @Nullable ... lengths) {
        return new StackInputs(x, masks.withLengths(lengths), cache, offsets, rows, wanted, output);
    }

    /** These inputs with a cache. */
    public StackInputs withCache(@Nullable StackCache newCache) {
        return new StackInputs(x, masks, newCache, offsets, rows, wanted, output);
    }

    /** These inputs, returning these rows. */
    public StackInputs withRows(Rows newRows) {
        return new StackInputs(x, masks, cache, offsets, newRows, wanted, output);
    }

    /** These inputs, returning more of each block's attention. */
    public StackInputs returning(ReturnOptions newWanted) {
        return new StackInputs(x, masks, cache, offsets, rows, newWanted, output);
    }

    /** These inputs, with the result written into a tensor of the caller's. */
    public StackInputs into(@Nullable Tensor newOutput) {
        return new StackInputs(x, masks, cache, offsets, rows, wanted, newOutput);
    }

    /** What block {@code i} is called with. */
    AttentionInputs ofBlock(int i) {
        return new AttentionInputs(x, null, masks, cache == null ? null : cache.block(i), offsets, null, wanted, null);
    }
}
