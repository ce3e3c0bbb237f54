package org.clattention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.OptionalDouble;
import org.clattention.config.AttentionConfig;
import org.clattention.config.AttentionOptions;
import org.clattention.config.AttentionWeights;
import org.clattention.config.CacheOptions;
import org.clattention.config.CausalAlignment;
import org.clattention.config.HostTensor;
import org.clattention.internal.cl.Faults;
import org.clattention.testing.DeviceTest;
import org.clattention.testing.SmallLayer;
import org.clattention.testing.TestDevice;
import org.junit.jupiter.api.Test;

/** What a call costs once its kernels, its scratch memory and its output are there. */
class SteadyStateTest extends DeviceTest {
    private static final int WIDTH = 64;
    private static final int HEADS = 4;
    private static final int WARM_UP = 20_000;
    private static final int MEASURED = 2_000;

    /** In the engine in Java most JVMs need as little, but some keep a vector now and then on the heap. */
    private static final long HEAP_BOUND_IN_JAVA = 6000;

    /** There it is measured so often: vectors are objects until all code is compiled. */
    private static final int PATIENCE_IN_JAVA = 50;

    /** Bytes of heap for a call: about a fifth more than was measured when this was written. */
    private static final long HEAP_BOUND = 1300;

    @Test
    void prefillAllocatesNothingAndWaitsOnce() {
        assumeFalse(device.isJava(), "about calls of OpenCL");
        try (AttentionEngine engine = device.open();
                MultiHeadAttention layer = SmallLayer.open(engine);
                Tensor x = engine.tensor(SmallLayer.input(), SmallLayer.shape());
                Tensor y = engine.tensor(SmallLayer.input(), SmallLayer.shape())) {
            AttentionInputs inputs = AttentionInputs.of(x).into(y);
            layer.forward(inputs).close();
            List<String> calls = calls(() -> layer.forward(inputs).close());
            assertThat(calls).doesNotContain("clCreateBuffer", "clEnqueueWriteBuffer");
            if (device == TestDevice.POCL_CPU) {
                assertThat(calls).doesNotContain("clSetKernelArg");
            }
            assertThat(calls).contains("clEnqueueNDRangeKernel").containsOnlyOnce("clFinish");

            AttentionInputs ragged = AttentionInputs.of(x).withLengths(3, 5).into(y);
            layer.forward(ragged).close();
            List<String> again = calls(() -> layer.forward(ragged).close());
            assertThat(again)
                    .doesNotContain("clCreateBuffer", "clEnqueueWriteBuffer")
                    .containsOnlyOnce("clFinish");
        }
    }

    @Test
    void decodingAllocatesNothingAndWaitsOnce() {
        assumeFalse(device.isJava(), "about calls of OpenCL");
        AttentionOptions window =
                new AttentionOptions(OptionalDouble.empty(), true, CausalAlignment.TOP_LEFT, 3, -1, 0);
        AttentionConfig config = SmallLayer.CONFIG.withOptions(window);
        for (CacheOptions options :
                List.of(CacheOptions.contiguous(2, 32), CacheOptions.ring(2, 12), CacheOptions.paged(2, 16, 4))) {
            try (AttentionEngine engine = device.open();
                    MultiHeadAttention layer = engine.multiHeadAttention(config, SmallLayer.weights());
                    KvCache cache = layer.newCache(options);
                    Tensor prompt = engine.tensor(SmallLayer.input(), SmallLayer.shape());
                    Tensor x = engine.tensor(new float[12], 2, 1, 6);
                    Tensor y = engine.tensor(new float[12], 2, 1, 6)) {
                layer.forward(AttentionInputs.of(prompt).withCache(cache)).close();
                AttentionInputs step = AttentionInputs.of(x).withCache(cache).into(y);
                layer.forward(step).close();
                for (int i = 0; i < 4; i++) {
                    List<String> calls = calls(() -> layer.forward(step).close());
                    assertThat(calls)
                            .as("%s, %d tokens", options, cache.length(0))
                            .doesNotContain("clCreateBuffer")
                            .containsOnlyOnce("clFinish");
                }
            }
        }
    }

    /** What is cached as it was projected needs no step of its own: as many launches as without a cache. */
    @Test
    void contiguousCachesTakeNoLaunches() {
        assumeFalse(device.isJava(), "about calls of OpenCL");
        try (AttentionEngine engine = device.open();
                MultiHeadAttention layer = SmallLayer.open(engine);
                KvCache cache = layer.newCache(CacheOptions.contiguous(2, 32));
                Tensor x = engine.tensor(new float[12], 2, 1, 6);
                Tensor y = engine.tensor(new float[12], 2, 1, 6)) {
            AttentionInputs plain = AttentionInputs.of(x).into(y);
            layer.forward(plain).close();
            layer.forward(plain.withCache(cache)).close();
            assertThat(launches(() -> layer.forward(plain.withCache(cache)).close()))
                    .isEqualTo(launches(() -> layer.forward(plain).close()));
        }
    }

    @Test
    void callsUseLittleHeap() {
        assumeTrue(device == TestDevice.POCL_CPU || device.isJava(), "a bound for the kernels of CPUs and for Java");
        assumeTrue(ManagementFactory.getThreadMXBean() instanceof ThreadMXBean, "this JVM counts no allocations");
        try (AttentionEngine engine = device.open();
                MultiHeadAttention layer = layer(engine);
                KvCache cache = layer.newCache(CacheOptions.contiguous(1, 256));
                Tensor x = engine.tensor(new float[WIDTH], 1, 1, WIDTH);
                Tensor y = engine.tensor(new float[WIDTH], 1, 1, WIDTH)) {
            AttentionInputs plain = AttentionInputs.of(x).into(y);
            AttentionInputs cached = plain.withCache(cache);
            long bound = device.isJava() ? HEAP_BOUND_IN_JAVA : HEAP_BOUND;
            assertThat(heapPerCall(bound, () -> layer.forward(plain).close())).isLessThan(bound);
            assertThat(heapPerCall(bound, () -> {
                        if (cache.length(0) == 256) {
                            cache.truncate(0);
                        }
                        layer.forward(cached).close();
                    }))
                    .isLessThan(bound);
        }
    }

    private static MultiHeadAttention layer(AttentionEngine engine) {
        float[] values = new float[WIDTH * WIDTH];
        HostTensor matrix = HostTensor.of(values, WIDTH, WIDTH);
        return engine.multiHeadAttention(
                AttentionConfig.of(WIDTH, HEADS), AttentionWeights.of(matrix, matrix, matrix, matrix));
    }

    /** The first that is below the bound, or else the last. */
    private long heapPerCall(long bound, Runnable call) {
        ThreadMXBean bean = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long thread = Thread.currentThread().getId();
        for (int i = 0; i < WARM_UP; i++) {
            call.run();
        }
        long bytes = Long.MAX_VALUE;
        for (int times = 0; times < (device.isJava() ? PATIENCE_IN_JAVA : 1) && bytes >= bound; times++) {
            long before = bean.getThreadAllocatedBytes(thread);
            for (int i = 0; i < MEASURED; i++) {
                call.run();
            }
            bytes = (bean.getThreadAllocatedBytes(thread) - before) / MEASURED;
        }
        return bytes;
    }

    private static long launches(Runnable work) {
        return calls(work).stream().filter("clEnqueueNDRangeKernel"::equals).count();
    }

    private static List<String> calls(Runnable work) {
        try (Faults faults = Faults.none()) {
            work.run();
            return faults.calls();
        }
    }
}
