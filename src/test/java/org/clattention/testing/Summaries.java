package org.clattention.testing;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;
import org.clattention.AttentionResult;
import org.jspecify.annotations.Nullable;

/**
 * What a call said of its weights without returning them.
 *
 * @param entropy [rows]
 * @param topKeys [rows, count]
 * @param topWeights [rows, count]
 * @param columnSums [heads, keys]
 */
@SuppressWarnings("ArrayRecordComponent") // test data, compared never
public record Summaries(double[] entropy, int[] topKeys, double[] topWeights, double[] columnSums) {

    /** The summaries of a result; null if it has none. */
    public static @Nullable Summaries of(AttentionResult result) {
        if (result.entropy() == null || result.columnSums() == null) {
            return null;
        }
        boolean top = result.topKeys() != null && result.topWeights() != null;
        return new Summaries(
                EngineAnswers.doubles(result.entropy()),
                top ? result.topKeys().toInts() : new int[0],
                top ? EngineAnswers.doubles(result.topWeights()) : new double[0],
                EngineAnswers.doubles(result.columnSums()));
    }

    /**
     * Compares with what full weights say.
     *
     * @param weights the reference's [heads, rows, keys]
     * @param own the weights that the same call returned, if it did: of these the heaviest keys must be exact, ties too
     * @param heads B·Hq
     * @param weight the error allowed of a weight
     * @return what disagrees; empty if nothing does
     */
    String check(double[] weights, double @Nullable [] own, int heads, int keys, double weight) {
        int rows = entropy.length;
        for (int row = 0; row < rows; row++) {
            double want = 0;
            double off = 0;
            for (int j = 0; j < keys; j++) {
                double w = weights[row * keys + j];
                want -= w == 0 ? 0 : w * Math.log(w);
                // The derivative of w·ln w, no steeper than at the error itself.
                off += weight * (1 + Math.abs(Math.log(Math.max(Math.abs(w), weight))));
            }
            if (!close(entropy[row], want, off + 1e-6)) {
                return "; entropy[" + row + "] is " + entropy[row] + ", want " + want + " within " + off;
            }
        }
        int queries = rows / heads;
        double slack = queries * weight + 1e-6;
        for (int n = 0; n < columnSums.length; n++) {
            double want = 0;
            for (int i = 0; i < queries; i++) {
                want += weights[(n / keys * queries + i) * keys + n % keys];
            }
            if (!close(columnSums[n], want, slack)) {
                return "; columnSums[" + n + "] is " + columnSums[n] + ", want " + want + " within " + slack;
            }
        }
        return checkTop(weights, own, keys, weight);
    }

    private String checkTop(double[] weights, double @Nullable [] own, int keys, double weight) {
        int count = topKeys.length / entropy.length;
        for (int row = 0; row < entropy.length && count > 0; row++) {
            double[] sorted = Arrays.copyOfRange(weights, row * keys, (row + 1) * keys);
            Arrays.sort(sorted);
            int[] exact = own == null ? new int[0] : heaviest(own, row * keys, keys);
            for (int k = 0; k < count; k++) {
                int key = topKeys[row * count + k];
                double got = topWeights[row * count + k];
                double want = k < keys ? sorted[keys - 1 - k] : 0;
                boolean fits = close(got, want, weight)
                        && (key < 0 ? key == -1 && got == 0 : close(weights[row * keys + key], got, weight));
                if (own != null) {
                    boolean there = k < exact.length;
                    fits &= key == (there ? exact[k] : -1) && got == (there ? own[row * keys + exact[k]] : 0);
                }
                if (!fits) {
                    return "; top key " + k + " of row " + row + " is " + key + " with " + got + ", want " + want;
                }
            }
        }
        return "";
    }

    /** Keys with weight, the heaviest first, the lower key first among equals. */
    private static int[] heaviest(double[] weights, int from, int keys) {
        return IntStream.range(0, keys)
                .filter(j -> weights[from + j] > 0)
                .boxed()
                .sorted(Comparator.<Integer>comparingDouble(j -> -weights[from + j])
                        .thenComparing(Comparator.naturalOrder()))
                .mapToInt(j -> j)
                .toArray();
    }

    /** NaN agrees with NaN alone. */
    private static boolean close(double got, double want, double allowed) {
        return Double.isNaN(want) ? Double.isNaN(got) : Math.abs(got - want) <= allowed;
    }
}
