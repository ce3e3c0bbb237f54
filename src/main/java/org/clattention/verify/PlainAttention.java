package org.clattention.verify;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.clattention.reference.AttentionProblem;
import org.clattention.reference.RefTensor;
import org.clattention.reference.ReferenceAttention;
import org.clattention.reference.ScoreStage;
import org.jspecify.annotations.Nullable;

/** Scaled dot-product attention in plain single precision; its tensors hold floats, widened. */
final class PlainAttention {
    private final RefTensor scaled;
    private final RefTensor capped;
    private final RefTensor biased;
    private final RefTensor weights;
    private final RefTensor logSumExp;
    private final RefTensor output;

    /**
     * Computes everything.
     *
     * @param query [B, Hq, S, d]
     * @param key [B, Hkv, T, d]
     * @param value [B, Hkv, T, dv]
     * @param softcap 0 for none
     * @param bias [B, Hq, S, T]; −∞ masks
     * @param sinks [Hq] or null
     */
    PlainAttention(
            RefTensor query,
            RefTensor key,
            RefTensor value,
            float scale,
            float softcap,
            RefTensor bias,
            @Nullable RefTensor sinks) {
        int heads = query.dim(1);
        int rows = query.dim(2);
        int keys = key.dim(2);
        int valueSize = value.dim(3);
        this.scaled = RefTensor.zeros(bias.shape());
        this.capped = RefTensor.zeros(bias.shape());
        this.biased = RefTensor.zeros(bias.shape());
        this.weights = RefTensor.zeros(bias.shape());
        this.logSumExp = RefTensor.zeros(query.dim(0), heads, rows);
        this.output = RefTensor.zeros(query.dim(0), heads, rows, valueSize);
        float[] q = floats(query);
        float[] k = floats(key);
        float[] v = floats(value);
        int group = heads / key.dim(1);
        int size = query.dim(3);
        IntStream.range(0, query.dim(0) * heads * rows).parallel().forEach(row -> {
            int head = row / rows;
            int kvHead = head / heads * key.dim(1) + head % heads / group;
            float[] s = new float[keys];
            for (int j = 0; j < keys; j++) {
                float sum = 0;
                for (int c = 0; c < size; c++) {
                    sum += q[row * size + c] * k[(kvHead * keys + j) * size + c];
                }
                int at = row * keys + j;
                float x = sum * scale;
                scaled.values()[at] = x;
                x = softcap == 0 ? x : softcap * (float) Math.tanh(x / softcap);
                capped.values()[at] = x;
                // Not a sum: what a masked key holds may have made the score NaN or infinite.
                boolean masked = bias.values()[at] == Double.NEGATIVE_INFINITY;
                s[j] = masked ? Float.NEGATIVE_INFINITY : x + (float) bias.values()[at];
                biased.values()[at] = s[j];
            }
            float sink = sinks == null ? Float.NEGATIVE_INFINITY : (float) sinks.values()[head % heads];
            logSumExp.values()[row] = softmax(s, sink);
            for (int j = 0; j < keys; j++) {
                weights.values()[row * keys + j] = s[j];
            }
            for (int c = 0; c < valueSize; c++) {
                float sum = 0;
                for (int j = 0; j < keys; j++) {
                    // A masked key may hold NaN and must not be multiplied by its weight of 0.
                    if (biased.values()[row * keys + j] != Double.NEGATIVE_INFINITY) {
                        sum += s[j] * v[(kvHead * keys + j) * valueSize + c];
                    }
                }
                output.values()[row * valueSize + c] = sum;
            }
        });
    }

    /** A stand-in for heads x [B, H, S, d]: where all scores are 0, what is added to them is what there is in the end. */
    static RefTensor nothing(RefTensor x) {
        return RefTensor.zeros(x.dim(0), x.dim(1), x.dim(2), 1);
    }

    /** What masks and biases add to the scores, of a problem made of {@link #nothing}. */
    static RefTensor bias(AttentionProblem.Builder problem) {
        RefTensor scores = ReferenceAttention.attend(
                        problem.wantedScores(ScoreStage.BIASED).build())
                .scores();
        if (scores == null) {
            throw new IllegalStateException("the reference returned no scores");
        }
        return scores;
    }

    /** Softmax in place; returns the logarithm of the denominator. A row of −∞ becomes zeros. */
    static float softmax(float[] row, float sink) {
        float max = Float.NEGATIVE_INFINITY;
        for (float x : row) {
            max = Math.max(max, x);
        }
        if (max == Float.NEGATIVE_INFINITY) {
            Arrays.fill(row, 0);
            return sink;
        }
        max = Math.max(max, sink);
        float sum = 0;
        for (int j = 0; j < row.length; j++) {
            row[j] = (float) Math.exp(row[j] - max);
            sum += row[j];
        }
        sum += (float) Math.exp(sink - max);
        for (int j = 0; j < row.length; j++) {
            row[j] /= sum;
        }
        return max + (float) Math.log(sum);
    }

    static float[] floats(RefTensor tensor) {
        float[] out = new float[tensor.values().length];
        for (int i = 0; i < out.length; i++) {
            out[i] = (float) tensor.values()[i];
        }
        return out;
    }

    RefTensor scaled() {
        return scaled;
    }

    RefTensor capped() {
        return capped;
    }

    RefTensor biased() {
        return biased;
    }

    RefTensor weights() {
        return weights;
    }

    RefTensor logSumExp() {
        return logSumExp;
    }

    RefTensor output() {
        return output;
    }
}
