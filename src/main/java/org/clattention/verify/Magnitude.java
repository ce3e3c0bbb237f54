package org.clattention.verify;

import org.clattention.config.HostTensor;
import org.jspecify.annotations.Nullable;

/** The size of the terms that an output is a sum of, for {@link Tolerance#floor}. */
final class Magnitude {
    private Magnitude() {}

    /** Of one output of a case. */
    static double of(GoldenCase goldenCase, String output, HostTensor want) {
        double own = largest(want);
        return switch (goldenCase.op()) {
            case "attention" -> attention(goldenCase, output, own);
            case "layer_normalization" -> layerNorm(goldenCase, output, own);
            // A factor times x: where it is tiny, its relative error is that of x many times over.
            case "gelu", "swish" -> Math.max(own, largest(goldenCase.inputs().get("x")));
            default -> own;
        };
    }

    private static double attention(GoldenCase goldenCase, String output, double own) {
        double scores = scores(goldenCase);
        return switch (output) {
            // Averages of values can be small by cancellation, and are no more exact for that.
            case "Y" -> Math.max(own, largest(goldenCase.inputs().get("V")));
            // An absolute error of a score is a relative one of its weight.
            case "qk_matmul_output" ->
                goldenCase.attributes().getInt("qk_matmul_output_mode", 0) == 3
                        ? own * (1 + scores)
                        : Math.max(own, scores);
            case WeightSummaries.TOP_WEIGHTS, WeightSummaries.COLUMN_SUMS -> own * (1 + scores);
            default -> own + scores;
        };
    }

    /** Values and mean are as exact as x is; what is left of them is divided by the deviation. */
    private static double layerNorm(GoldenCase goldenCase, String output, double own) {
        HostTensor x = goldenCase.inputs().get("X");
        int size = Math.toIntExact(x.dim(-1));
        double spread = 0;
        for (int from = 0; from < x.elements(); from += size) {
            double mean = 0;
            double largest = 0;
            for (int i = from; i < from + size; i++) {
                mean += x.getDouble(i) / size;
                largest = Math.max(largest, Math.abs(x.getDouble(i)));
            }
            double variance = 0;
            for (int i = from; i < from + size; i++) {
                variance += (x.getDouble(i) - mean) * (x.getDouble(i) - mean) / size;
            }
            double epsilon = goldenCase.attributes().getDouble("epsilon", 1e-5);
            spread = Math.max(spread, largest / Math.sqrt(variance + epsilon));
        }
        return switch (output) {
            case "Y" -> Math.max(own, spread * largest(goldenCase.inputs().get("W")));
            case "InvStdDev" -> own * (1 + spread);
            default -> Math.max(own, largest(x));
        };
    }

    private static double scores(GoldenCase goldenCase) {
        HostTensor query = goldenCase.inputs().get("Q");
        HostTensor key = goldenCase.inputs().get("K");
        int heads = query.rank() == 3 ? goldenCase.attributes().getInt("q_num_heads", 1) : 1;
        double size = query.dim(-1) / (double) heads;
        double scale = Math.abs(goldenCase.attributes().getDouble("scale", 1 / Math.sqrt(size)));
        double product = scale * largest(query) * largest(key) * Math.sqrt(size);
        double slopes = largest(goldenCase.inputs().get("alibi_slopes")) * Math.max(key.dim(-2), query.dim(-2));
        HostTensor mask = goldenCase.inputs().get("attn_mask");
        double bias = mask != null && mask.type().isFloatingPoint() ? largest(mask) : 0;
        return product + slopes + bias + largest(goldenCase.inputs().get("sinks"));
    }

    /** The largest finite absolute value; 0 for an absent tensor. */
    private static double largest(@Nullable HostTensor tensor) {
        double largest = 0;
        int n = tensor == null ? 0 : Math.toIntExact(tensor.elements());
        for (int i = 0; i < n; i++) {
            double value = Math.abs(tensor.getDouble(i));
            if (Double.isFinite(value)) {
                largest = Math.max(largest, value);
            }
        }
        return largest;
    }
}
