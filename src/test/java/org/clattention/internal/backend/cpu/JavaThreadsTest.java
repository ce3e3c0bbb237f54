package org.clattention.internal.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.clattention.config.AttentionOptions;
import org.clattention.config.DataType;
import org.clattention.config.EngineOptions;
import org.clattention.config.HostTensor;
import org.clattention.error.DeviceMemoryException;
import org.clattention.internal.backend.AttentionOp;
import org.clattention.internal.backend.Backend;
import org.clattention.internal.backend.CommandStream;
import org.clattention.internal.backend.DeviceArray;
import org.clattention.internal.backend.HeadView;
import org.clattention.internal.backend.PackedWeights;
import org.clattention.internal.backend.RowLayout;
import org.clattention.internal.backend.cpu.simd.VectorKernelsProvider;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The threads and the memory of the engine in Java. */
@Tag("small")
class JavaThreadsTest {
    private static final int HEADS = 3;
    private static final int SIZE = 40;
    private static final int WIDTH = HEADS * SIZE;

    /** Tiles are the same whoever computes them: every bit of a result is, too. */
    @Test
    void theNumberOfThreadsMakesNoDifference() {
        for (int[] lengths : new int[][] {{1, 1500}, {70, 70}, {200, 333}, {2100, 2200}}) {
            float[] want = answer(1, lengths[0], lengths[1]);
            assertThat(answer(2, lengths[0], lengths[1])).isEqualTo(want);
            assertThat(answer(7, lengths[0], lengths[1])).isEqualTo(want);
        }
    }

    @Test
    void manyCallersGetTheResultsOfOne() throws Exception {
        float[] want = answer(1, 30, 600);
        ExecutorService callers = Executors.newFixedThreadPool(32);
        try (Backend backend = open(3)) {
            List<Future<float[]>> answers = new ArrayList<>();
            for (int i = 0; i < 64; i++) {
                answers.add(callers.submit(() -> answer(backend, 30, 600)));
            }
            for (Future<float[]> got : answers) {
                assertThat(got.get()).isEqualTo(want);
            }
        } finally {
            callers.shutdownNow();
        }
    }

    @Test
    void whatATileThrowsReachesItsCallerAndNobodyElse() {
        try (JavaBackend backend = open(4)) {
            for (int bad : new int[] {0, 17, 99}) {
                try (JavaStream stream = (JavaStream) backend.stream()) {
                    assertThatThrownBy(() -> stream.run(
                                    (tile, workspace) -> {
                                        if (tile == bad) {
                                            throw new StackOverflowError("tile " + tile);
                                        }
                                    },
                                    100))
                            .isInstanceOf(StackOverflowError.class)
                            .hasMessage("tile " + bad);
                    AtomicInteger sum = new AtomicInteger();
                    stream.run((tile, workspace) -> sum.addAndGet(tile), 100);
                    assertThat(sum).hasValue(4950);
                }
            }
        }
    }

    @Test
    void threadsEndWithTheirEngine() throws InterruptedException {
        // Threads of engines that closed just now may still be ending: only this engine's own are counted.
        Set<Thread> others = workers();
        Set<Thread> own;
        try (JavaBackend backend = open(5)) {
            try (JavaStream stream = (JavaStream) backend.stream()) {
                stream.run((tile, workspace) -> Thread.onSpinWait(), 50);
            }
            own = workers();
            own.removeAll(others);
            assertThat(own).hasSize(4);
        }
        for (Thread thread : own) {
            thread.join(5000);
            assertThat(thread.isAlive()).isFalse();
        }
    }

    @Test
    void whatIsTooLargeIsRefusedWithItsSize() {
        try (Backend backend = open(1)) {
            assertThatThrownBy(() -> backend.allocate(DataType.F32, 1L << 31, "huge"))
                    .isInstanceOf(DeviceMemoryException.class)
                    .hasMessageContainingAll("huge needs 8,589,934,592 bytes", "2^31 - 9 elements");
            assertThatThrownBy(() -> backend.allocate(DataType.I64, 1, "longs"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("longs: the Java engine does not store type I64");
            assertThat(backend.liveBytes()).isZero();
        }
    }

    private static Set<Thread> workers() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("clattention-java-"))
                .collect(Collectors.toCollection(HashSet::new));
    }

    private static JavaBackend open(int threads) {
        return new JavaBackend(EngineOptions.DEFAULT, VectorKernelsProvider.best(), threads);
    }

    private static float[] answer(int threads, int rows, int keys) {
        try (Backend backend = open(threads)) {
            float[] answer = answer(backend, rows, keys);
            assertThat(answer).doesNotContain(Float.NaN);
            return answer;
        }
    }

    /** A projection, attention and another projection. */
    private static float[] answer(Backend backend, int rows, int keys) {
        HostTensor matrix = HostTensor.of(reals(1, WIDTH * WIDTH), WIDTH, WIDTH);
        try (PackedWeights weights = backend.pack("test", List.of(matrix), Arrays.asList((HostTensor) null));
                DeviceArray x = array(backend, reals(2, rows * WIDTH));
                DeviceArray k = array(backend, reals(3, keys * WIDTH));
                DeviceArray v = array(backend, reals(4, keys * WIDTH));
                DeviceArray q = backend.allocate(DataType.F32, (long) rows * WIDTH, "q");
                DeviceArray y = backend.allocate(DataType.F32, (long) rows * WIDTH, "y");
                CommandStream stream = backend.stream()) {
            stream.project(x, rows, weights, q);
            stream.attend(new AttentionOp(
                    new AttentionOp.Shape(1, HEADS, HEADS, rows, keys, SIZE, SIZE, keys - rows, 0),
                    AttentionOptions.DEFAULT.withCausal(true),
                    HeadView.merged(q, HEADS, rows, SIZE),
                    HeadView.merged(k, HEADS, keys, SIZE),
                    HeadView.merged(v, HEADS, keys, SIZE),
                    RowLayout.PLAIN,
                    HeadView.merged(y, HEADS, rows, SIZE),
                    AttentionOp.Extras.NONE,
                    AttentionOp.Wanted.NOTHING));
            stream.project(y, rows, weights, q);
            stream.finish();
            ByteBuffer bytes = ByteBuffer.allocateDirect(4 * rows * WIDTH).order(ByteOrder.LITTLE_ENDIAN);
            backend.read(q, bytes);
            float[] values = new float[rows * WIDTH];
            bytes.asFloatBuffer().get(values);
            return values;
        }
    }

    private static DeviceArray array(Backend backend, float[] values) {
        DeviceArray array = backend.allocate(DataType.F32, values.length, "test");
        backend.write(array, HostTensor.of(values, values.length).data());
        return array;
    }

    private static float[] reals(int seed, int count) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextDouble(-1, 1);
        }
        return values;
    }
}
