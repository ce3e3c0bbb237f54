package org.clattention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.clattention.config.CacheOptions;
import org.clattention.config.EngineOptions;
import org.clattention.internal.backend.Backend;
import org.clattention.internal.backend.opencl.TestBackends;
import org.clattention.internal.cl.Faults;
import org.clattention.internal.cl.LiveHandles;
import org.clattention.testing.DeviceTest;
import org.clattention.testing.NoLiveHandles;
import org.clattention.testing.SmallLayer;
import org.clattention.testing.TestDevice;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/**
 * An error of the JVM, such as a heap that is full, in the place of every OpenCL call and wherever a call's object gets its
 * owner: nothing leaks, no stream is lost, and the next call on the same engine is right.
 */
@Timeout(value = 300, unit = TimeUnit.SECONDS, threadMode = ThreadMode.SEPARATE_THREAD)
class ErrorInjectionTest extends DeviceTest {
    private static final String ERROR = "made by this test";

    @BeforeEach
    void skipWhatAddsNothing() {
        assumeTrue(device == TestDevice.POCL || device == TestDevice.RUSTICL, "about calls of OpenCL");
    }

    @Test
    void openingAnEngine() {
        List<String> events = events(() -> device.open().close());
        assertThat(events).contains("clCreateContext", "object of clCreateContext", "object of clCreateBuffer");
        for (int i = 0; i < events.size(); i++) {
            fails(i, events, () -> device.open().close());
            NoLiveHandles.check(0);
        }
    }

    @Test
    void everythingFromWeightsToResult() {
        eachPosition(SmallLayer::run, "clFinish");
    }

    @Test
    void cachesAndTheirBranches() {
        eachPosition(
                engine -> {
                    try (MultiHeadAttention layer = SmallLayer.open(engine);
                            KvCache cache = layer.newCache(CacheOptions.paged(2, 16, 4));
                            Tensor x = engine.tensor(SmallLayer.input(), SmallLayer.shape());
                            AttentionResult result =
                                    layer.forward(AttentionInputs.of(x).withCache(cache));
                            KvCache branch = cache.branch();
                            Tensor keys = branch.keys()) {
                        assertThat(keys.dim(2)).isEqualTo(5);
                        result.output().toFloats();
                    }
                },
                "clEnqueueCopyBuffer");
    }

    @Test
    void profiledCalls() {
        EngineOptions options = device.options().withProfiling(true);
        try (AttentionEngine engine = AttentionEngine.open(options)) {
            float[] want = SmallLayer.run(engine);
            long memory = engine.memoryInUse();
            List<String> events = events(() -> SmallLayer.run(engine));
            assertThat(events).contains("object of clEnqueueNDRangeKernel");
            long live = LiveHandles.count();
            for (int i = 0; i < events.size(); i++) {
                fails(i, events, () -> SmallLayer.run(engine));
                assertThat(engine.memoryInUse()).isEqualTo(memory);
                NoLiveHandles.check(live);
            }
            assertThat(SmallLayer.run(engine)).isEqualTo(want);
        }
    }

    @Test
    void buildingWithoutCache() {
        List<String> events;
        try (Backend backend = TestBackends.uncached(device);
                Faults faults = Faults.none()) {
            TestBackends.project(backend);
            events = faults.events();
        }
        assertThat(events)
                .contains("clBuildProgram", "object of clCreateProgramWithSource", "object of clCreateKernel");
        for (int i = 0; i < events.size(); i++) {
            try (Backend backend = TestBackends.uncached(device)) {
                fails(i, events, () -> TestBackends.project(backend));
                assertThat(TestBackends.project(backend)).isEqualTo(6);
            }
            NoLiveHandles.check(0);
        }
    }

    /** Each event of {@code work} throws, each time on a fresh engine, whose streams and programs are not made yet. */
    private void eachPosition(Consumer<AttentionEngine> work, String expectedCall) {
        float[] want;
        try (AttentionEngine engine = device.open()) {
            // Kernels are in the cache from here on: every fresh engine makes the same calls.
            work.accept(engine);
            want = SmallLayer.run(engine);
        }
        List<String> events;
        try (AttentionEngine engine = device.open()) {
            events = events(() -> work.accept(engine));
        }
        assertThat(events).contains(expectedCall);
        for (int i = 0; i < events.size(); i++) {
            String event = events.get(i);
            if (i > 0 && event.equals("clSetKernelArg") && events.get(i - 1).equals(event)) {
                continue;
            }
            try (AttentionEngine engine = device.open()) {
                int streams = TestBackends.freeStreams(engine.backend());
                fails(i, events, () -> work.accept(engine));
                assertThat(TestBackends.freeStreams(engine.backend()))
                        .as("streams after " + event)
                        .isEqualTo(streams);
                work.accept(engine);
                assertThat(SmallLayer.run(engine)).as("after " + event).isEqualTo(want);
                long memory = engine.memoryInUse();
                long live = LiveHandles.count();
                int position = i;
                // A warm engine may make fewer calls: then nothing fails.
                var unused = catchThrowable(() -> failing(position, () -> work.accept(engine)));
                assertThat(engine.memoryInUse()).as("memory after " + event).isEqualTo(memory);
                assertThat(LiveHandles.count()).as("objects after " + event).isEqualTo(live);
                assertThat(TestBackends.freeStreams(engine.backend()))
                        .as("streams after " + event)
                        .isEqualTo(streams);
            }
            NoLiveHandles.check(0);
        }
    }

    private static List<String> events(Runnable work) {
        try (Faults faults = Faults.none()) {
            work.run();
            return faults.events();
        }
    }

    private static void fails(int position, List<String> events, Runnable work) {
        Throwable thrown = catchThrowable(() -> failing(position, work));
        assertThat(thrown)
                .as("event " + position + ", " + events.get(position))
                .isInstanceOf(OutOfMemoryError.class)
                .hasMessage(ERROR);
    }

    private static void failing(int position, Runnable work) {
        try (Faults faults = Faults.throwing(position, () -> new OutOfMemoryError(ERROR))) {
            work.run();
        }
    }
}
