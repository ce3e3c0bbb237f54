package org.clattention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.clattention.config.CacheOptions;
import org.clattention.testing.DeviceTest;
import org.clattention.testing.SmallLayer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Caches in the hands of many threads. */
class CacheThreadsTest extends DeviceTest {
    private static final ReturnOptions LOG_SUM_EXP = new ReturnOptions(false, null, true);

    @BeforeEach
    void skipOnTheSimulator() {
        assumeTrue(!device.simulated(), "the simulator itself is not safe for many threads");
    }

    /**
     * Calls on one cache wait for one another. All tokens are alike, so the denominator of a call's softmax counts the
     * tokens that it saw: 1, 2, 3, ... in some order, none twice.
     */
    @Test
    void callsOnOneCacheAreSerialized() throws Exception {
        int threads = 8;
        int calls = 10;
        try (AttentionEngine engine = device.open();
                MultiHeadAttention layer = SmallLayer.open(engine);
                Tensor x = engine.tensor(new float[] {1, 0, -1, 2, 0.5f, 0}, 1, 1, 6);
                KvCache cache = layer.newCache(CacheOptions.paged(1, threads * calls, 3))) {
            List<Integer> seen = new ArrayList<>();
            for (List<Float> logs : onThreads(threads, thread -> {
                List<Float> mine = new ArrayList<>();
                for (int i = 0; i < calls; i++) {
                    mine.add(logSumExp(layer, x, cache));
                }
                return mine;
            })) {
                float alone = logSumExp(layer, x, null);
                logs.forEach(log -> seen.add((int) Math.round(Math.exp(log - alone))));
            }
            assertThat(cache.length(0)).isEqualTo(threads * calls);
            List<Integer> want = new ArrayList<>();
            for (int n = 1; n <= threads * calls; n++) {
                want.add(n);
            }
            assertThat(seen).containsExactlyInAnyOrderElementsOf(want);
        }
    }

    /** Threads with caches of their own do not disturb one another. */
    @Test
    void cachesOfOneLayerAreApart() throws Exception {
        try (AttentionEngine engine = device.open();
                MultiHeadAttention layer = SmallLayer.open(engine)) {
            List<List<Float>> want = new ArrayList<>();
            for (int thread = 0; thread < 8; thread++) {
                want.add(decode(engine, layer, thread));
            }
            assertThat(onThreads(8, thread -> decode(engine, layer, thread))).isEqualTo(want);
        }
    }

    private static List<Float> decode(AttentionEngine engine, MultiHeadAttention layer, int thread) {
        List<Float> outputs = new ArrayList<>();
        try (KvCache cache = layer.newCache(CacheOptions.contiguous(1, 40))) {
            for (int i = 0; i < 12; i++) {
                int length = 1 + (thread + i) % 3;
                float[] values = new float[length * 6];
                for (int n = 0; n < values.length; n++) {
                    values[n] = (float) Math.sin(thread + 10 * i + n);
                }
                try (Tensor x = engine.tensor(values, 1, length, 6);
                        AttentionResult result =
                                layer.forward(AttentionInputs.of(x).withCache(cache))) {
                    for (float value : result.output().toFloats()) {
                        outputs.add(value);
                    }
                }
            }
        }
        return outputs;
    }

    private static float logSumExp(MultiHeadAttention layer, Tensor x, @Nullable KvCache cache) {
        AttentionInputs inputs = AttentionInputs.of(x).withCache(cache).returning(LOG_SUM_EXP);
        try (AttentionResult result = layer.forward(inputs)) {
            Tensor log = result.logSumExp();
            return log == null ? Float.NaN : log.toFloats()[0];
        }
    }

    private interface Work<T> {
        T run(int thread) throws Exception;
    }

    private static <T> List<T> onThreads(int threads, Work<T> work) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Callable<T>> tasks = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                int thread = t;
                tasks.add(() -> work.run(thread));
            }
            List<T> results = new ArrayList<>();
            for (Future<T> result : pool.invokeAll(tasks)) {
                results.add(result.get());
            }
            return results;
        } finally {
            pool.shutdownNow();
        }
    }
}
