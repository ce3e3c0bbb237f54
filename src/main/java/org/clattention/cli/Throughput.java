package org.clattention.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.clattention.AttentionEngine;
import org.clattention.AttentionInputs;
import org.clattention.AttentionResult;
import org.clattention.MultiHeadAttention;
import org.clattention.Tensor;
import org.clattention.config.AttentionConfig;
import org.clattention.config.AttentionWeights;
import org.clattention.config.KernelTime;
import org.clattention.verify.SeededTensors;

/**
 * The speed of one layer of a small model, for a first impression.
 *
 * @param line the speed in words
 * @param kernels device time by kernel, over the same number of runs
 */
record Throughput(String line, Map<String, KernelTime> kernels) {
    private static final int WIDTH = 768;
    private static final int HEADS = 12;
    private static final int LENGTH = 256;
    private static final int RUNS = 5;

    /** Nothing was measured. */
    static final Throughput NONE = new Throughput("", Map.of());

    /**
     * Measures the median of a few runs after a warm-up run, then the kernels of as many runs.
     *
     * @param engine without profiling, which costs time
     * @param profiling an engine on the same device, with profiling
     */
    static Throughput measure(AttentionEngine engine, AttentionEngine profiling, long seed) {
        double[] seconds = new double[RUNS];
        run(engine, seed, seconds);
        Arrays.sort(seconds);
        double median = seconds[RUNS / 2];
        double operations = 8.0 * LENGTH * WIDTH * WIDTH + 4.0 * LENGTH * LENGTH * WIDTH;
        String line = String.format(
                Locale.ROOT,
                "layer %d/%d/%d, length %d, f32: %.3g ms, %.3g GFLOP/s",
                WIDTH,
                HEADS,
                WIDTH / HEADS,
                LENGTH,
                median * 1e3,
                operations / median * 1e-9);
        run(profiling, seed, new double[RUNS]);
        return new Throughput(line, profiling.takeKernelTimes());
    }

    private static void run(AttentionEngine engine, long seed, double[] seconds) {
        double std = 1 / Math.sqrt(WIDTH);
        AttentionWeights weights = AttentionWeights.of(
                SeededTensors.tensor(seed, 0, std, WIDTH, WIDTH),
                SeededTensors.tensor(seed, 1, std, WIDTH, WIDTH),
                SeededTensors.tensor(seed, 2, std, WIDTH, WIDTH),
                SeededTensors.tensor(seed, 3, std, WIDTH, WIDTH));
        try (MultiHeadAttention layer = engine.multiHeadAttention(AttentionConfig.of(WIDTH, HEADS), weights);
                Tensor x = engine.tensor(SeededTensors.tensor(seed, 4, 1, 1, LENGTH, WIDTH))) {
            layer.forward(AttentionInputs.of(x)).close();
            engine.takeKernelTimes();
            for (int i = 0; i < seconds.length; i++) {
                long start = System.nanoTime();
                try (AttentionResult result = layer.forward(AttentionInputs.of(x))) {
                    seconds[i] = (System.nanoTime() - start) * 1e-9;
                }
            }
        }
    }

    /** A row for each kernel, the slowest first: launches, device time and its share of all. */
    List<String> kernelRows() {
        return kernels.isEmpty() ? List.of() : TextTable.lines(kernelCells());
    }

    /** The same, as a header and cells. */
    List<String[]> kernelCells() {
        List<String[]> rows = new ArrayList<>();
        rows.add(new String[] {"kernel", "launches", "ms", "share"});
        bySlowness()
                .forEach(entry -> rows.add(new String[] {
                    entry.getKey(),
                    Long.toString(entry.getValue().launches()),
                    String.format(Locale.ROOT, "%.3f", entry.getValue().nanoseconds() * 1e-6),
                    String.format(Locale.ROOT, "%.1f%%", 100 * share(entry.getValue()))
                }));
        return rows;
    }

    /** The kernels, the slowest first. */
    List<Map.Entry<String, KernelTime>> bySlowness() {
        return kernels.entrySet().stream()
                .sorted(Comparator.comparingLong((Map.Entry<String, KernelTime> e) ->
                                -e.getValue().nanoseconds())
                        .thenComparing(Map.Entry::getKey))
                .toList();
    }

    /** The share of the total device time that a kernel took. */
    double share(KernelTime time) {
        long all = kernels.values().stream().mapToLong(KernelTime::nanoseconds).sum();
        return all == 0 ? 0 : time.nanoseconds() / (double) all;
    }
}
