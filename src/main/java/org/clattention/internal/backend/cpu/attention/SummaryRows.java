package org.clattention.internal.backend.cpu.attention;

import org.clattention.internal.backend.AttentionOp;
import org.clattention.internal.backend.cpu.JavaArray;

/** What a row of attention weights says, without keeping it. */
final class SummaryRows {
    private SummaryRows() {}

    /** Entropy and the keys with the largest weights of a row; the lower key first among equals. */
    static void row(AttentionOp.Wanted wanted, float[] weights, int at, int keys, int firstKey, int row) {
        if (wanted.entropy() != null) {
            float sum = 0;
            for (int j = at; j < at + keys; j++) {
                if (weights[j] != 0) {
                    sum -= weights[j] * (float) Math.log(weights[j]);
                }
            }
            JavaArray.of(wanted.entropy()).floats()[row] = sum;
        }
        if (wanted.topKeys() == null || wanted.topWeights() == null) {
            return;
        }
        int[] topKeys = JavaArray.of(wanted.topKeys()).ints();
        float[] topWeights = JavaArray.of(wanted.topWeights()).floats();
        float last = Float.POSITIVE_INFINITY;
        int lastKey = -1;
        for (int k = 0; k < wanted.topCount(); k++) {
            float best = 0;
            int bestKey = -1;
            for (int j = 0; j < keys; j++) {
                float w = weights[at + j];
                if (w > best && (w < last || (w == last && j > lastKey))) {
                    best = w;
                    bestKey = j;
                }
            }
            int out = Math.toIntExact((long) row * wanted.topCount() + k);
            topKeys[out] = bestKey < 0 ? -1 : firstKey + bestKey;
            topWeights[out] = best;
            last = best;
            lastKey = bestKey < 0 ? keys : bestKey;
        }
    }

    /** Adds a row of weights to its head's column sums, which the first row starts. */
    static void columns(AttentionOp.Wanted wanted, float[] weights, int at, int keys, int head, boolean firstRow) {
        if (wanted.columnSums() == null) {
            return;
        }
        float[] sums = JavaArray.of(wanted.columnSums()).floats();
        int to = Math.toIntExact((long) head * keys);
        for (int j = 0; j < keys; j++) {
            sums[to + j] = (firstRow ? 0 : sums[to + j]) + weights[at + j];
        }
    }
}
