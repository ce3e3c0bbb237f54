package org.clattention.reference;

import java.util.Objects;
import org.clattention.config.AttentionOptions;
import org.clattention.config.CausalAlignment;
import org.clattention.config.DataType;
import org.clattention.config.HostTensor;
import org.jspecify.annotations.Nullable;

/**
 * The operands of scaled dot-product attention. B batch, S queries, N new keys, P past keys, T = P + N all keys, Hq
 * and Hkv query and key-value heads, d head size, dv head size of the values. Made by {@link #of}.
 *
 * @param query [B, Hq, S, d]
 * @param key [B, Hkv, N, d]; Hq must be a multiple of Hkv, and query head h reads key-value head h / (Hq/Hkv)
 * @param value [B, Hkv, N, dv]
 * @param pastKey [B, Hkv, P, d], put before {@code key}; null if there is no past
 * @param pastValue [B, Hkv, P, dv]; given exactly if {@code pastKey} is
 * @param mask boolean (true = attend) or floating-point (added to the scores, −∞ masks), broadcast from the right to
 *     [B, Hq, S, T]; a last dimension shorter than T is padded with "masked". Null means no mask
 * @param lengths integers [B] from 0 to T: in batch b the keys j ≥ lengths[b] are padding. Null means all T keys
 * @param sinks [Hq]: exp(sink) joins the softmax's denominator, unscaled. Null means none
 * @param alibiSlopes [Hq]: the bias −slope·|p − j| of a query at position p for key j. Null means none
 * @param options scale, causal mask, alignment, windows, softcap
 * @param wantedScores the intermediate to return; null means none
 */
public record AttentionProblem(
        RefTensor query,
        RefTensor key,
        RefTensor value,
        @Nullable RefTensor pastKey,
        @Nullable RefTensor pastValue,
        @Nullable HostTensor mask,
        @Nullable HostTensor lengths,
        @Nullable RefTensor sinks,
        @Nullable RefTensor alibiSlopes,
        AttentionOptions options,
        @Nullable ScoreStage wantedScores) {

    /** Checks that everything fits together. */
    public AttentionProblem {
        int any = Shapes.ANY;
        Shapes.require("query", query.shape(), "[B, Hq, S, d]", any, any, any, any);
        int batch = query.dim(0);
        int headSize = query.dim(3);
        if (headSize == 0) {
            throw new IllegalArgumentException("query: " + query + " has the head size 0");
        }
        Shapes.require("key", key.shape(), "[B, Hkv, N, d]", batch, any, any, headSize);
        int kvHeads = key.dim(1);
        Shapes.require("value", value.shape(), "[B, Hkv, N, dv]", batch, kvHeads, key.dim(2), any);
        if (kvHeads == 0 || query.dim(1) % kvHeads != 0) {
            throw new IllegalArgumentException(
                    "query: " + query.dim(1) + " heads must be a multiple of the " + kvHeads + " heads of key");
        }
        if ((pastKey == null) != (pastValue == null)) {
            throw new IllegalArgumentException("pastKey, pastValue: give both or neither");
        }
        if (pastKey != null && pastValue != null) {
            Shapes.require("pastKey", pastKey.shape(), "[B, Hkv, P, d]", batch, kvHeads, any, headSize);
            Shapes.require(
                    "pastValue", pastValue.shape(), "[B, Hkv, P, dv]", batch, kvHeads, pastKey.dim(2), value.dim(3));
        }
        int keys = (pastKey == null ? 0 : pastKey.dim(2)) + key.dim(2);
        if (mask != null && mask.type() != DataType.BOOL && !mask.type().isFloatingPoint()) {
            throw new IllegalArgumentException("mask: type " + mask.type() + " must be BOOL or floating-point");
        }
        if (lengths != null) {
            Shapes.require("lengths", lengths.shape(), "[B]", batch);
            for (int b = 0; b < batch; b++) {
                if (lengths.getLong(b) < 0 || lengths.getLong(b) > keys) {
                    throw new IllegalArgumentException(
                            "lengths: " + lengths.getLong(b) + " must lie between 0 and the number of keys " + keys);
                }
            }
        } else if (options.alignment() == CausalAlignment.LENGTHS) {
            throw new IllegalArgumentException("lengths: the alignment LENGTHS needs them");
        }
        if (sinks != null) {
            Shapes.require("sinks", sinks.shape(), "[Hq]", query.dim(1));
        }
        if (alibiSlopes != null) {
            Shapes.require("alibiSlopes", alibiSlopes.shape(), "[Hq]", query.dim(1));
        }
    }

    /** Starts a problem with the default options and nothing optional. */
    public static Builder of(RefTensor query, RefTensor key, RefTensor value) {
        return new Builder(query, key, value);
    }

    /** Collects the optional operands; null always means absent. */
    public static final class Builder {
        private final RefTensor query;
        private final RefTensor key;
        private final RefTensor value;
        private @Nullable RefTensor pastKey;
        private @Nullable RefTensor pastValue;
        private @Nullable HostTensor mask;
        private @Nullable HostTensor lengths;
        private @Nullable RefTensor sinks;
        private @Nullable RefTensor alibiSlopes;
        private AttentionOptions options = AttentionOptions.DEFAULT;
        private @Nullable ScoreStage wantedScores;

        private Builder(RefTensor query, RefTensor key, RefTensor value) {
            this.query = query;
            this.key = key;
            this.value = value;
        }

        /** Keys [B, Hkv, P, d] and values [B, Hkv, P, dv] that stand before the new ones. */
        public Builder past(@Nullable RefTensor keys, @Nullable RefTensor values) {
            this.pastKey = keys;
            this.pastValue = values;
            return this;
        }

        /** A boolean or additive mask. */
        public Builder mask(@Nullable HostTensor newMask) {
            this.mask = newMask;
            return this;
        }

        /** Valid keys per batch entry, [B]. */
        public Builder lengths(@Nullable HostTensor newLengths) {
            this.lengths = newLengths;
            return this;
        }

        /** Attention sinks, [Hq]. */
        public Builder sinks(@Nullable RefTensor newSinks) {
            this.sinks = newSinks;
            return this;
        }

        /** ALiBi slopes, [Hq]. */
        public Builder alibiSlopes(@Nullable RefTensor slopes) {
            this.alibiSlopes = slopes;
            return this;
        }

        /** Scale, causal mask, alignment, windows, softcap. */
        public Builder options(AttentionOptions newOptions) {
            this.options = Objects.requireNonNull(newOptions, "options");
            return this;
        }

        /** The intermediate to return. */
        public Builder wantedScores(@Nullable ScoreStage stage) {
            this.wantedScores = stage;
            return this;
        }

        /** Checks and builds the problem. */
        public AttentionProblem build() {
            return new AttentionProblem(
                    query, key, value, pastKey, pastValue, mask, lengths, sinks, alibiSlopes, options, wantedScores);
        }
    }
}
