package org.clattention;

import org.clattention.config.Checks;
import org.jspecify.annotations.Nullable;

/**
 * The inputs of scaled dot-product attention, F32, F16 or BF16; keys, values and past in one type. Either head-major, query
 * [B, Hq, S, d], key [B, Hkv, T, d], value [B, Hkv, T, dv]; or with merged heads, query [B, S, Hq·d], key [B, T, Hkv·d], value
 * [B, T, Hkv·dv]. Hq is a multiple of Hkv.
 *
 * @param query what asks
 * @param key what is compared with
 * @param value what is averaged
 * @param numHeads Hq; needed for merged heads, else 0
 * @param numKvHeads Hkv; needed for merged heads, else 0
 * @param pastKey [B, Hkv, P, d], put before the keys; null if there is no past
 * @param pastValue [B, Hkv, P, dv]; given exactly if {@code pastKey} is
 * @param sinks [Hq] F32: exp(sink) joins the softmax denominator of its head; null for none
 * @param alibiSlopes [Hq] F32: adds −slope·|p − j| for query position p and key j; null for none
 * @param masks who may attend to whom
 * @param wanted what to return besides the output
 */
public record DotProductInputs(
        Tensor query,
        Tensor key,
        Tensor value,
        int numHeads,
        int numKvHeads,
        @Nullable Tensor pastKey,
        @Nullable Tensor pastValue,
        @Nullable Tensor sinks,
        @Nullable Tensor alibiSlopes,
        AttentionMasks masks,
        ReturnOptions wanted) {
    /** Checks what must be given. */
    public DotProductInputs {
        Checks.given("query", query);
        Checks.given("key", key);
        Checks.given("value", value);
        Checks.given("masks", masks);
        Checks.given("wanted", wanted);
    }

    /** Head-major queries, keys and values. */
    public static DotProductInputs of(Tensor query, Tensor key, Tensor value) {
        return new DotProductInputs(
                query, key, value, 0, 0, null, null, null, null, AttentionMasks.NONE, ReturnOptions.OUTPUT);
    }

    /** Queries, keys and values with merged heads. */
    public static DotProductInputs merged(Tensor query, Tensor key, Tensor value, int numHeads, int numKvHeads) {
        return new DotProductInputs(
                query,
                key,
                value,
                numHeads,
                numKvHeads,
                null,
                null,
                null,
                null,
                AttentionMasks.NONE,
                ReturnOptions.OUTPUT);
    }

    /** These inputs after a past. The result holds past and new keys and values together. */
    public DotProductInputs withPast(@Nullable Tensor keys, @Nullable Tensor values) {
        return new DotProductInputs(
                query, key, value, numHeads, numKvHeads, keys, values, sinks, alibiSlopes, masks, wanted);
    }

    /** These inputs with attention sinks. */
    public DotProductInputs withSinks(@Nullable Tensor newSinks) {
        return new DotProductInputs(
                query, key, value, numHeads, numKvHeads, pastKey, pastValue, newSinks, alibiSlopes, masks, wanted);
    }

    /** These inputs with ALiBi. */
    public DotProductInputs withAlibi(@Nullable Tensor slopes) {
        return new DotProductInputs(
                query, key, value, numHeads, numKvHeads, pastKey, pastValue, sinks, slopes, masks, wanted);
    }

    /** These inputs with masks. */
    public DotProductInputs withMasks(AttentionMasks newMasks) {
        return new DotProductInputs(
                query, key, value, numHeads, numKvHeads, pastKey, pastValue, sinks, alibiSlopes, newMasks, wanted);
    }

    /** These inputs, returning more than the output. */
    public DotProductInputs returning(ReturnOptions newWanted) {
        return new DotProductInputs(
                query, key, value, numHeads, numKvHeads, pastKey, pastValue, sinks, alibiSlopes, masks, newWanted);
    }
}
