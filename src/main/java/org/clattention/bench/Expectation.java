package org.clattention.bench;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.clattention.config.AttentionConfig;
import org.clattention.config.DataType;
import org.clattention.config.HostTensor;
import org.clattention.reference.LayerOptions;
import org.clattention.reference.RefTensor;
import org.clattention.reference.ReferenceLayer;
import org.clattention.reference.TensorSet;
import org.clattention.verify.Tolerance;

/**
 * The float64 output of a call: all of it where that takes about a second, else rows from start to end, the first, the last
 * and six between.
 *
 * @param rows which rows of [B·S, D] are known
 * @param values [rows.length, D]
 * @param all how many rows the output has
 * @param tolerance the largest accepted |got − want|
 */
@SuppressWarnings("ArrayRecordComponent") // compared never
record Expectation(int[] rows, double[] values, int all, double tolerance) {
    /** Operations that the reference computes in about a second. */
    private static final double FEW_OPERATIONS = 1.5e9;

    private static final int SAMPLES = 8;

    /** Three products and a softmax in sequence, each with its own rounding errors. */
    private static final double STEPS = 4;

    static Expectation of(BenchShape shape, LayerData data) {
        int all = shape.batch() * shape.length();
        boolean whole = shape.operations() <= FEW_OPERATIONS || all <= SAMPLES;
        int[] rows = IntStream.range(0, whole ? all : SAMPLES)
                .map(n -> whole ? n : (int) ((long) n * (all - 1) / (SAMPLES - 1)))
                .toArray();
        boolean asLayer = whole && shape.cacheType() == DataType.F32;
        double[] values = (asLayer ? wholeOutput(shape, data) : SampledReference.rows(shape, data, rows)).values();
        double largest = 0;
        for (double value : values) {
            largest = Math.max(largest, Math.abs(value));
        }
        long reduction = Math.max(shape.config().modelWidth(), shape.keys());
        return new Expectation(rows, values, all, STEPS * Tolerance.floor(reduction, largest) + otherStep(shape, data));
    }

    /**
     * What it changes if a value that lies between two steps of the cache's type is rounded to the one in float and to the other
     * in double: a step of 2^-7 of values that rarely exceed 4, through the largest weight of W_O.
     */
    private static double otherStep(BenchShape shape, LayerData data) {
        if (shape.past() == 0 || shape.cacheType() == DataType.F32) {
            return 0;
        }
        double largest = 0;
        for (double weight : data.weights().output().toDoubles()) {
            largest = Math.max(largest, Math.abs(weight));
        }
        return 4 / 128.0 * largest * shape.length() / shape.keys();
    }

    private static RefTensor wholeOutput(BenchShape shape, LayerData data) {
        AttentionConfig config = shape.config();
        Map<String, HostTensor> tensors = new HashMap<>();
        tensors.put("x", data.x());
        tensors.put("w_q", data.weights().query());
        tensors.put("w_k", data.weights().key());
        tensors.put("w_v", data.weights().value());
        tensors.put("w_o", data.weights().output());
        if (data.pastKeys() != null && data.pastValues() != null) {
            tensors.put("past_key", data.pastKeys());
            tensors.put("past_value", data.pastValues());
        }
        LayerOptions options = LayerOptions.of(config.numHeads())
                .withKvHeads(config.numKvHeads())
                .withAttention(config.options());
        return ReferenceLayer.forward(options, new TensorSet(tensors), false).y();
    }

    /** What was compared, in words. */
    String extent() {
        return rows.length == all ? "all " + all + " rows" : rows.length + " of " + all + " rows";
    }

    /** Why an output is wrong; empty if it agrees. */
    String problem(float[] output) {
        int width = values.length / rows.length;
        if (output.length != all * width) {
            return "the output has " + output.length + " elements, not " + all * width;
        }
        for (int r = 0; r < rows.length; r++) {
            for (int c = 0; c < width; c++) {
                double want = values[r * width + c];
                double got = output[rows[r] * width + c];
                if (!(Math.abs(got - want) <= tolerance)) {
                    return String.format(
                            Locale.ROOT,
                            "row %d, column %d: got %s, want %s, tolerance %.2g",
                            rows[r],
                            c,
                            got,
                            want,
                            tolerance);
                }
            }
        }
        return "";
    }
}
