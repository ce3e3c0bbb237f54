package org.clattention.cli;

import java.util.Arrays;
import java.util.Locale;
import org.clattention.AttentionConfig;
import org.clattention.AttentionEngine;
import org.clattention.AttentionInputs;
import org.clattention.AttentionResult;
import org.clattention.AttentionWeights;
import org.clattention.MultiHeadAttention;
import org.clattention.Tensor;
import org.clattention.verify.SeededTensors;

/** The speed of one layer of a small model, for a first impression. */
final class Throughput {
    private static final int WIDTH = 768;
    private static final int HEADS = 12;
    private static final int LENGTH = 256;
    private static final int RUNS = 5;

    private Throughput() {}

    /** Measures the median of a few runs, after one that does not count. */
    static String measure(AttentionEngine engine, long seed) {
        double std = 1 / Math.sqrt(WIDTH);
        AttentionWeights weights = AttentionWeights.of(
                SeededTensors.tensor(seed, 0, std, WIDTH, WIDTH),
                SeededTensors.tensor(seed, 1, std, WIDTH, WIDTH),
                SeededTensors.tensor(seed, 2, std, WIDTH, WIDTH),
                SeededTensors.tensor(seed, 3, std, WIDTH, WIDTH));
        try (MultiHeadAttention layer = engine.multiHeadAttention(AttentionConfig.of(WIDTH, HEADS), weights);
                Tensor x = engine.tensor(SeededTensors.tensor(seed, 4, 1, 1, LENGTH, WIDTH))) {
            layer.forward(AttentionInputs.of(x)).close();
            double[] seconds = new double[RUNS];
            for (int i = 0; i < RUNS; i++) {
                long start = System.nanoTime();
                try (AttentionResult result = layer.forward(AttentionInputs.of(x))) {
                    seconds[i] = (System.nanoTime() - start) * 1e-9;
                }
            }
            Arrays.sort(seconds);
            double median = seconds[RUNS / 2];
            double operations = 8.0 * LENGTH * WIDTH * WIDTH + 4.0 * LENGTH * LENGTH * WIDTH;
            return String.format(
                    Locale.ROOT,
                    "layer %d/%d/%d, length %d, f32: %.3g ms, %.3g GFLOP/s",
                    WIDTH,
                    HEADS,
                    WIDTH / HEADS,
                    LENGTH,
                    median * 1e3,
                    operations / median * 1e-9);
        }
    }
}
