package org.clattention.verify;

import java.util.Arrays;
import java.util.List;
import org.clattention.config.CacheOptions;
import org.clattention.config.DataType;
import org.clattention.config.LatentConfig;
import org.jspecify.annotations.Nullable;

/**
 * The calls by which a device computes a layer's case; the answer does not depend on them. A mask of the case tells the
 * reference who may attend to whom; with more than one call, or with ragged ones, that follows from the calls, and the
 * device does not get the mask.
 *
 * @param cache the cache between calls; null for none
 * @param calls for each call the new tokens of each sequence, in the order of the rows of x; empty for a single call of
 *     everything
 * @param ragged x [1, total, D] holds sequences one after another, call by call; otherwise x is [B, S, D] and a call takes
 *     the next tokens of all sequences
 * @param form of latent attention
 */
public record CallPlan(@Nullable CacheOptions cache, List<int[]> calls, boolean ragged, LatentConfig.Form form) {
    /** One call of everything. */
    public static final CallPlan ONE_CALL = new CallPlan(null, List.of(), false, LatentConfig.Form.AUTO);

    /** Calls of so many tokens each, through a cache. */
    public static CallPlan cached(CacheOptions cache, int... tokens) {
        List<int[]> calls = Arrays.stream(tokens)
                .mapToObj(n -> {
                    int[] counts = new int[cache.batch()];
                    Arrays.fill(counts, n);
                    return counts;
                })
                .toList();
        return new CallPlan(cache, calls, false, LatentConfig.Form.AUTO);
    }

    /** Ragged calls, each with the tokens of every sequence. */
    public static CallPlan ragged(@Nullable CacheOptions cache, int[]... calls) {
        return new CallPlan(cache, List.of(calls), true, LatentConfig.Form.AUTO);
    }

    /** The same calls with latent attention in this form. */
    public CallPlan withForm(LatentConfig.Form newForm) {
        return new CallPlan(cache, calls, ragged, newForm);
    }

    /** The type in which keys and values are kept between projection and attention. */
    DataType storedType() {
        return cache == null ? DataType.F32 : cache.type();
    }

    /** How many rows of x a call takes: of each sequence, or of all in a ragged call. */
    int rows(int[] counts) {
        return ragged ? Arrays.stream(counts).sum() : counts[0];
    }
}
