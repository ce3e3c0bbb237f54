package org.clattention.testing;

import java.util.Arrays;
import org.clattention.config.AttentionOptions;
import org.clattention.config.CausalAlignment;
import org.clattention.config.ScoresStage;
import org.jspecify.annotations.Nullable;

/**
 * A generated problem of scaled dot-product attention; queries, keys and values are head-major.
 *
 * @param name what reproduces it: {@code -Dclattention.case=<name>}
 * @param past how many of the keys are given as a past
 * @param merged true if it is to be given with merged heads, [B, length, H·d]
 * @param attend a boolean mask
 * @param bias an additive mask
 * @param types storage of queries, of keys and values, and of the additive mask
 * @param topKeys how many heaviest keys to ask for, with entropy and column sums; −1 for no summaries
 * @param wanted the stage of scores to return; null for none
 */
@SuppressWarnings("ArrayRecordComponent") // test data, compared never
public record AttentionCase(
        String name,
        int batch,
        int heads,
        int kvHeads,
        int queries,
        int keys,
        int past,
        int headSize,
        int valueSize,
        boolean merged,
        AttentionOptions options,
        float[] query,
        float[] key,
        float[] value,
        @Nullable CaseMask attend,
        @Nullable CaseMask bias,
        int @Nullable [] lengths,
        float @Nullable [] sinks,
        float @Nullable [] slopes,
        StorageTypes types,
        int topKeys,
        boolean wantWeights,
        @Nullable ScoresStage wanted,
        boolean wantLogSumExp) {

    /** The same case without scores, weights or summaries wanted: one that a fused kernel can take. */
    public AttentionCase fused() {
        return new AttentionCase(
                name,
                batch,
                heads,
                kvHeads,
                queries,
                keys,
                past,
                headSize,
                valueSize,
                merged,
                options,
                query,
                key,
                value,
                attend,
                bias,
                lengths,
                sinks,
                slopes,
                types,
                -1,
                false,
                null,
                wantLogSumExp);
    }

    /** The position of query {@code i}. */
    int position(int b, int i) {
        if (options.alignment() == CausalAlignment.BOTTOM_RIGHT) {
            return keys - queries + i;
        }
        return options.alignment() == CausalAlignment.LENGTHS && lengths != null ? lengths[b] - queries + i : past + i;
    }

    /** Whether everything but the additive mask lets the query see the key. */
    boolean inReach(int b, int h, int i, int j) {
        int p = position(b, i);
        return !(options.causal() && j > p)
                && !(options.leftWindow() >= 0 && j < p - options.leftWindow())
                && !(options.rightWindow() >= 0 && j > p + options.rightWindow())
                && !(lengths != null && j >= lengths[b])
                && !(attend != null && attend.at(b, h, i, j) != 0);
    }

    /** Whether the query attends to the key. */
    boolean attended(int b, int h, int i, int j) {
        return inReach(b, h, i, j) && !(bias != null && bias.at(b, h, i, j) == Float.NEGATIVE_INFINITY);
    }

    /** What is added to the score of an attended key, rounded as the device rounds it. */
    float addition(int b, int h, int i, int j) {
        float sum = slopes == null ? 0 : -slopes[h] * Math.abs(position(b, i) - j);
        return bias == null ? sum : sum + bias.at(b, h, i, j);
    }

    /** Rows {@code from} to {@code to} of every [keys, size] in {@code values}. */
    static float[] rows(float[] values, int keys, int size, int from, int to) {
        int count = values.length / (keys * size);
        float[] part = new float[count * (to - from) * size];
        for (int n = 0; n < count; n++) {
            System.arraycopy(values, (n * keys + from) * size, part, n * (to - from) * size, (to - from) * size);
        }
        return part;
    }

    @Override
    public String toString() {
        return name + ": B=" + batch + " Hq=" + heads + " Hkv=" + kvHeads + " S=" + queries + " T=" + keys + " P="
                + past + " d="
                + headSize + " dv=" + valueSize + (merged ? " merged " : " ") + options
                + (attend == null ? "" : " attend" + Arrays.toString(attend.shape()))
                + (bias == null ? "" : " bias" + Arrays.toString(bias.shape()))
                + (lengths == null ? "" : " lengths" + Arrays.toString(lengths))
                + (sinks == null ? "" : " sinks") + (slopes == null ? "" : " alibi") + (wantWeights ? " weights" : "")
                + " " + types + (topKeys < 0 ? "" : " top" + topKeys) + (wanted == null ? "" : " scores=" + wanted)
                + (wantLogSumExp ? " lse" : "");
    }
}
