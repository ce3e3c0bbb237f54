package org.clattention.verify;

import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import org.clattention.reference.RefTensor;

/** The summaries of {@code ReturnOptions}, computed from attention weights [B, H, S, T]. */
final class WeightSummaries {
    /** The names of the outputs. */
    static final String ENTROPY = "entropy";

    static final String TOP_KEYS = "top_keys";
    static final String TOP_WEIGHTS = "top_weights";
    static final String COLUMN_SUMS = "column_sums";

    private WeightSummaries() {}

    /**
     * All of them.
     *
     * @param top how many of the heaviest keys
     */
    static Map<String, RefTensor> of(RefTensor weights, int top) {
        int batch = weights.dim(0);
        int heads = weights.dim(1);
        int rows = weights.dim(2);
        int keys = weights.dim(3);
        RefTensor entropy = RefTensor.zeros(batch, heads, rows);
        RefTensor topKeys = RefTensor.zeros(batch, heads, rows, top);
        RefTensor topWeights = RefTensor.zeros(batch, heads, rows, top);
        RefTensor sums = RefTensor.zeros(batch, heads, keys);
        Arrays.fill(topKeys.values(), -1);
        for (int r = 0; r < batch * heads * rows; r++) {
            double[] row = Arrays.copyOfRange(weights.values(), r * keys, (r + 1) * keys);
            Integer[] order = new Integer[keys];
            for (int j = 0; j < keys; j++) {
                order[j] = j;
                entropy.values()[r] -= row[j] == 0 ? 0 : row[j] * Math.log(row[j]);
                sums.values()[r / rows * keys + j] += row[j];
            }
            Arrays.sort(order, Comparator.comparingDouble(j -> -row[j]));
            for (int k = 0; k < Math.min(top, keys) && row[order[k]] > 0; k++) {
                topKeys.values()[r * top + k] = order[k];
                topWeights.values()[r * top + k] = row[order[k]];
            }
        }
        Map<String, RefTensor> out = new HashMap<>();
        out.put(ENTROPY, entropy);
        out.put(TOP_KEYS, topKeys);
        out.put(TOP_WEIGHTS, topWeights);
        out.put(COLUMN_SUMS, sums);
        return out;
    }
}
