package org.clattention;

import org.jspecify.annotations.Nullable;

/**
 * Who may attend to whom, beyond causal mask and windows. All given masks intersect. A mask of one to four dimensions
 * broadcasts from the right to [B, Hq, S, T]; if its last dimension is shorter than T, the keys beyond are masked. So a
 * matrix is [S, T], a row for each query; where B = S > 1 a call refuses it, because it could as well be meant as [B, T]: give
 * [1, 1, S, T] or [B, 1, 1, T].
 *
 * @param attend BOOL, true = attend
 * @param bias F32, F16 or BF16, added to the scores; −∞ masks
 * @param lengths one per batch entry: keys from {@code lengths[b]} on are padding; null for none
 */
@SuppressWarnings("ArrayRecordComponent") // an argument bundle, compared never
public record AttentionMasks(
        @Nullable Tensor attend, @Nullable Tensor bias, int @Nullable [] lengths) {
    /** No masks. */
    public static final AttentionMasks NONE = new AttentionMasks(null, null, null);

    /** These masks with a boolean one. */
    public AttentionMasks withAttend(@Nullable Tensor mask) {
        return new AttentionMasks(mask, bias, lengths);
    }

    /** These masks with an additive one. */
    public AttentionMasks withBias(@Nullable Tensor mask) {
        return new AttentionMasks(attend, mask, lengths);
    }

    /** These masks with lengths. */
    public AttentionMasks withLengths(int @Nullable ... newLengths) {
        return new AttentionMasks(attend, bias, newLengths == null ? null : newLengths.clone());
    }
}
