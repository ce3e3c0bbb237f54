package org.clattention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.clattention.config.AttentionConfig;
import org.clattention.config.AttentionWeights;
import org.clattention.config.CacheOptions;
import org.clattention.config.HostTensor;
import org.clattention.config.RotaryConfig;
import org.clattention.testing.DeviceTest;
import org.clattention.testing.SmallLayer;
import org.clattention.testing.TestDevice;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Layers, tensors and engines in the hands of many threads. */
class ThreadsTest extends DeviceTest {
    private static final int THREADS = 32;

    @BeforeEach
    void skipOnTheSimulator() {
        assumeTrue(!device.simulated(), "the simulator itself is not safe for many threads");
    }

    @Test
    void manyThreadsGetTheResultsOfOne() throws Exception {
        int calls = calls(100, 10);
        try (AttentionEngine engine = device.open();
                MultiHeadAttention layer = SmallLayer.open(engine);
                Tensor x = engine.tensor(SmallLayer.input(), SmallLayer.shape())) {
            float[] want = SmallLayer.forward(layer, x);
            onAllThreads(thread -> {
                for (int i = 0; i < calls; i++) {
                    assertThat(SmallLayer.forward(layer, x)).isEqualTo(want);
                }
            });
        }
    }

    /** Angles are made in first calls and when contexts grow, also while all streams are in use. */
    @Test
    @Timeout(120)
    void tablesOfAnglesGrowInManyCallsAtOnce() throws Exception {
        AttentionConfig config =
                AttentionConfig.of(4, 1).withCausal(true).withRotary(RotaryConfig.of(RotaryConfig.Style.HALF, 10000));
        HostTensor matrix = HostTensor.of(new float[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3, 4, 5, 6, 7}, 4, 4);
        AttentionWeights weights = AttentionWeights.of(matrix, matrix, matrix, matrix);
        for (int round = 0; round < 5; round++) {
            try (AttentionEngine engine = device.open();
                    MultiHeadAttention first = engine.multiHeadAttention(config, weights);
                    MultiHeadAttention second = engine.multiHeadAttention(config, weights);
                    MultiHeadAttention third = engine.multiHeadAttention(config, weights)) {
                List<MultiHeadAttention> layers = List.of(first, second, third);
                onAllThreads(thread -> {
                    for (int length : new int[] {1, 513, 1025}) {
                        MultiHeadAttention layer = layers.get((thread + length) % 3);
                        try (Tensor x = engine.tensor(new float[4], 1, 1, 4);
                                AttentionResult result =
                                        layer.forward(AttentionInputs.of(x).withPositions(length - 1))) {
                            assertThat(result.output().toFloats()).containsOnly(0);
                        }
                    }
                });
            }
        }
    }

    /** Some read a cache while others append to it. */
    @Test
    @Timeout(120)
    void cachesAreReadWhileAllLanesAreInUse() throws Exception {
        try (AttentionEngine engine = device.open();
                MultiHeadAttention layer = SmallLayer.open(engine);
                KvCache cache = layer.newCache(CacheOptions.contiguous(1, THREADS * 10))) {
            onAllThreads(thread -> {
                for (int i = 0; i < 10; i++) {
                    if (thread % 4 == 0) {
                        try (Tensor x = engine.tensor(new float[6], 1, 1, 6);
                                AttentionResult result =
                                        layer.forward(AttentionInputs.of(x).withCache(cache))) {
                            assertThat(result.output().rank()).isEqualTo(3);
                        }
                    } else {
                        try (Tensor keys = cache.keys();
                                KvCache copy = cache.branch()) {
                            assertThat(keys.dim(2)).isLessThanOrEqualTo(copy.length(0));
                        }
                    }
                }
            });
            assertThat(cache.length(0)).isEqualTo(THREADS / 4 * 10);
        }
    }

    /** Different shapes at a time: streams must not mix up their scratch memory or arguments. */
    @Test
    void threadsWithTheirOwnInputsDoNotMix() throws Exception {
        int calls = calls(40, 5);
        try (AttentionEngine engine = device.open();
                MultiHeadAttention layer = SmallLayer.open(engine)) {
            onAllThreads(thread -> {
                int length = 1 + thread;
                float[] values = new float[length * 6];
                for (int i = 0; i < values.length; i++) {
                    values[i] = (float) Math.sin(thread + i);
                }
                try (Tensor x = engine.tensor(values, 1, length, 6)) {
                    float[] first = output(layer, x);
                    for (int i = 1; i < calls; i++) {
                        assertThat(output(layer, x)).isEqualTo(first);
                    }
                }
            });
        }
    }

    @Test
    void aLayerClosedDuringCallsHarmsNone() throws Exception {
        closedDuringCalls(Victim.LAYER);
    }

    @Test
    void aTensorClosedDuringCallsHarmsNone() throws Exception {
        closedDuringCalls(Victim.TENSOR);
    }

    @Test
    void anEngineClosedDuringCallsHarmsNone() throws Exception {
        closedDuringCalls(Victim.ENGINE);
    }

    private enum Victim {
        LAYER,
        TENSOR,
        ENGINE
    }

    /** Each call gives the right result or says what is closed. */
    private void closedDuringCalls(Victim victim) throws Exception {
        for (int round = 0; round < calls(20, 5); round++) {
            try (AttentionEngine engine = device.open();
                    MultiHeadAttention layer = SmallLayer.open(engine);
                    Tensor x = engine.tensor(SmallLayer.input(), SmallLayer.shape())) {
                float[] want = SmallLayer.forward(layer, x);
                AtomicInteger done = new AtomicInteger();
                AutoCloseable closing = victim == Victim.LAYER ? layer : victim == Victim.TENSOR ? x : engine;
                int closeAfter = 3 + 2 * round;
                onAllThreads(thread -> {
                    try {
                        while (true) {
                            assertThat(SmallLayer.forward(layer, x)).isEqualTo(want);
                            if (done.incrementAndGet() == closeAfter) {
                                closing.close();
                            }
                        }
                    } catch (IllegalStateException e) {
                        assertThat(e).hasMessageContaining("is closed");
                    }
                });
                assertThat(done.get()).isGreaterThanOrEqualTo(closeAfter);
            }
        }
    }

    private static float[] output(MultiHeadAttention layer, Tensor x) {
        try (AttentionResult result = layer.forward(AttentionInputs.of(x))) {
            return result.output().toFloats();
        }
    }

    private int calls(int pocl, int rusticl) {
        return device == TestDevice.POCL ? pocl : rusticl;
    }

    private interface Work {
        void run(int thread) throws Exception;
    }

    private static void onAllThreads(Work work) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(THREADS);
        try {
            List<Callable<Void>> tasks = new ArrayList<>();
            for (int t = 0; t < THREADS; t++) {
                int thread = t;
                tasks.add(() -> {
                    work.run(thread);
                    return null;
                });
            }
            for (Future<Void> result : pool.invokeAll(tasks)) {
                result.get();
            }
        } finally {
            pool.shutdownNow();
        }
    }
}
