package org.clattention.reference;

import java.util.Arrays;

/** The softmax, of a tensor along an axis or of one row of attention scores. */
public final class ReferenceSoftmax {
    private ReferenceSoftmax() {}

    /**
     * ONNX {@code Softmax} (opset 13): exp(x − max) / Σ exp(x − max) along {@code axis}, which counts from the last
     * dimension if negative. As in ONNX a slice of −∞ alone becomes NaN: here nothing is a mask.
     */
    public static RefTensor softmax(RefTensor x, int axis) {
        int dimension = Axes.normalize(axis, x.rank());
        int length = x.dim(dimension);
        int inner = Axes.elements(x.shape(), dimension + 1, x.rank());
        int outer = Axes.elements(x.shape(), 0, dimension);
        double[] y = x.values().clone();
        for (int o = 0; o < outer; o++) {
            for (int i = 0; i < inner; i++) {
                softmaxSlice(y, o * length * inner + i, length, inner);
            }
        }
        return new RefTensor(y, x.shape());
    }

    /**
     * Replaces attention scores by weights: w[j] = exp(s[j] − m) / (Σ exp(s[j] − m) + exp(sink − m)). If all scores
     * are −∞ the row is fully masked: all weights are 0, and the sink is all of the denominator.
     *
     * @param row scores, replaced by weights; −∞ marks a masked key
     * @param sink joins the denominator alone; −∞ means none
     * @return the natural logarithm of the denominator Σ exp(s[j]) + exp(sink); the sink for a fully masked row, −∞ without one
     */
    static double softmaxRow(double[] row, double sink) {
        double max = Double.NEGATIVE_INFINITY;
        for (double score : row) {
            max = Math.max(max, score);
        }
        if (max == Double.NEGATIVE_INFINITY) {
            Arrays.fill(row, 0);
            return sink;
        }
        max = Math.max(max, sink);
        double sum = Math.exp(sink - max);
        for (int j = 0; j < row.length; j++) {
            row[j] = Math.exp(row[j] - max);
            sum += row[j];
        }
        for (int j = 0; j < row.length; j++) {
            row[j] /= sum;
        }
        return max + Math.log(sum);
    }

    private static void softmaxSlice(double[] x, int from, int length, int step) {
        double max = Double.NEGATIVE_INFINITY;
        for (int n = 0; n < length; n++) {
            max = Math.max(max, x[from + n * step]);
        }
        double sum = 0;
        for (int n = 0; n < length; n++) {
            int at = from + n * step;
            x[at] = Math.exp(x[at] - max);
            sum += x[at];
        }
        for (int n = 0; n < length; n++) {
            x[from + n * step] /= sum;
        }
    }
}
