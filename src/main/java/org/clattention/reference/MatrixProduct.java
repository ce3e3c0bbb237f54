package org.clattention.reference;

import java.util.stream.IntStream;
import org.clattention.config.HostTensor;
import org.jspecify.annotations.Nullable;

/** The linear map of a layer: contiguous dot products over the rows of a weight matrix. */
public final class MatrixProduct {
    /** So many weight rows are widened to double at a time; x is then read from memory once for all of them. */
    private static final int WEIGHT_ROWS = 8;

    private MatrixProduct() {}

    /**
     * y[…, o] = Σₖ x[…, k]·weight[o, k] + bias[o].
     *
     * @param x [..., in]
     * @param weight [out, in], of any floating-point type; never widened as a whole
     * @param bias [out], or null
     * @return [..., out]
     */
    public static RefTensor linear(RefTensor x, HostTensor weight, @Nullable HostTensor bias) {
        int in = x.dim(-1);
        Shapes.require("weight", weight.shape(), "[out, in]", Shapes.ANY, in);
        int out = (int) weight.dim(0);
        if (bias != null) {
            Shapes.require("bias", bias.shape(), "[out]", out);
        }
        int rows = Axes.elements(x.shape(), 0, x.rank() - 1);
        int[] shape = x.shape();
        shape[shape.length - 1] = out;
        RefTensor y = RefTensor.zeros(shape);
        IntStream.range(0, (out + WEIGHT_ROWS - 1) / WEIGHT_ROWS).parallel().forEach(block -> {
            int from = block * WEIGHT_ROWS;
            int to = Math.min(out, from + WEIGHT_ROWS);
            double[] w = weight.rows(from, to).toDoubles();
            for (int r = 0; r < rows; r++) {
                for (int o = from; o < to; o++) {
                    double sum = dot(x.values(), r * in, w, (o - from) * in, in);
                    y.values()[r * out + o] = bias == null ? sum : sum + bias.getDouble(o);
                }
            }
        });
        return y;
    }

    /** Σ a[aFrom + k]·b[bFrom + k] over n elements; in four partial sums, because one alone waits for itself. */
    static double dot(double[] a, int aFrom, double[] b, int bFrom, int n) {
        double s0 = 0;
        double s1 = 0;
        double s2 = 0;
        double s3 = 0;
        int k = 0;
        for (; k + 3 < n; k += 4) {
            s0 += a[aFrom + k] * b[bFrom + k];
            s1 += a[aFrom + k + 1] * b[bFrom + k + 1];
            s2 += a[aFrom + k + 2] * b[bFrom + k + 2];
            s3 += a[aFrom + k + 3] * b[bFrom + k + 3];
        }
        for (; k < n; k++) {
            s0 += a[aFrom + k] * b[bFrom + k];
        }
        return (s0 + s1) + (s2 + s3);
    }
}
