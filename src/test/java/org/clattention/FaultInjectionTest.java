package org.clattention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import java.util.function.Consumer;
import org.clattention.internal.backend.Backend;
import org.clattention.internal.backend.opencl.TestBackends;
import org.clattention.internal.cl.Faults;
import org.clattention.internal.cl.LiveHandles;
import org.clattention.internal.cl.OpenClException;
import org.clattention.testing.DeviceTest;
import org.clattention.testing.NoLiveHandles;
import org.clattention.testing.SmallLayer;
import org.clattention.testing.TestDevice;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Every OpenCL call fails once, in every position but among the arguments of a kernel: the caller gets an exception that names
 * it, nothing leaks, and the next call on the same engine is right.
 */
class FaultInjectionTest extends DeviceTest {
    @BeforeEach
    void skipWhatAddsNothing() {
        assumeFalse(device.isJava(), "about calls of OpenCL");
        assumeFalse(device == TestDevice.POCL, "Rusticl runs the portable kernels");
    }

    @Test
    @Tag("small")
    void openingAnEngine() {
        List<String> calls = count(() -> device.open().close());
        assertThat(calls).contains("clCreateContext", "clCreateBuffer");
        for (int i = 0; i < calls.size(); i++) {
            fails(i, calls, () -> device.open().close());
            NoLiveHandles.check(0);
        }
    }

    @Test
    @Tag("small")
    void makingTensors() {
        eachPosition(
                engine -> engine.tensor(SmallLayer.input(), SmallLayer.shape()).close(), "clEnqueueWriteBuffer");
    }

    @Test
    void softmax() {
        assumeTrue(!device.simulated(), "too slow for a simulator");
        eachPosition(
                engine -> {
                    try (Tensor x = engine.tensor(new float[] {1, 2, 3, 4}, 2, 2);
                            Tensor y = engine.softmax(x, 0)) {
                        y.toFloats();
                    }
                },
                "clEnqueueNDRangeKernel");
    }

    /** The calls that make a layer are among these. */
    @Test
    void everythingFromWeightsToResult() {
        assumeTrue(!device.simulated(), "too slow for a simulator");
        eachPosition(SmallLayer::run, "clFinish");
    }

    @Test
    void buildingWithoutCache() {
        assumeTrue(!device.simulated(), "too slow for a simulator");
        try (AttentionEngine healthy = device.open()) {
            float[] want = SmallLayer.run(healthy);
            List<String> calls;
            try (Backend backend = TestBackends.uncached(device);
                    Faults faults = Faults.none()) {
                TestBackends.project(backend);
                calls = faults.calls();
            }
            assertThat(calls).contains("clBuildProgram", "clCreateProgramWithSource", "clCreateKernel");
            for (int i = 0; i < calls.size(); i++) {
                long live = LiveHandles.count();
                try (Backend backend = TestBackends.uncached(device)) {
                    fails(i, calls, () -> TestBackends.project(backend));
                    assertThat(TestBackends.project(backend)).isEqualTo(6);
                }
                NoLiveHandles.check(live);
            }
            assertThat(SmallLayer.run(healthy)).isEqualTo(want);
        }
    }

    /** Fails each call of {@code work}, each time on a fresh engine, whose streams and programs are not made yet. */
    private void eachPosition(Consumer<AttentionEngine> work, String expectedCall) {
        float[] want;
        List<String> calls;
        try (AttentionEngine engine = device.open()) {
            // Kernels are in the cache from here on: every fresh engine makes the same calls.
            work.accept(engine);
            SmallLayer.run(engine);
        }
        try (AttentionEngine engine = device.open()) {
            calls = count(() -> work.accept(engine));
            want = SmallLayer.run(engine);
        }
        assertThat(calls).contains(expectedCall);
        for (int i = 0; i < calls.size(); i++) {
            if (amongArguments(calls, i)) {
                continue;
            }
            try (AttentionEngine engine = device.open()) {
                fails(i, calls, () -> work.accept(engine));
                assertThat(SmallLayer.run(engine))
                        .as("after a failed " + calls.get(i))
                        .isEqualTo(want);
                work.accept(engine);
                long memory = engine.memoryInUse();
                fails(i, count(() -> work.accept(engine)), () -> work.accept(engine));
                assertThat(engine.memoryInUse())
                        .as("memory after " + calls.get(i))
                        .isEqualTo(memory);
            }
            NoLiveHandles.check(0);
        }
    }

    /** Whether the calls before and after set arguments, too: the first and the last of a kernel stand for the others. */
    private static boolean amongArguments(List<String> calls, int i) {
        String argument = "clSetKernelArg";
        return i > 0
                && i + 1 < calls.size()
                && calls.get(i - 1).equals(argument)
                && calls.get(i).equals(argument)
                && calls.get(i + 1).equals(argument);
    }

    private static List<String> count(Runnable work) {
        try (Faults faults = Faults.none()) {
            work.run();
            return faults.calls();
        }
    }

    /** Runs {@code work} with call {@code position} failing. A warm engine may make fewer calls: then nothing fails. */
    private static void fails(int position, List<String> calls, Runnable work) {
        if (position >= calls.size()) {
            return;
        }
        String call = calls.get(position);
        int status = Faults.fittingStatus(call);
        Throwable thrown;
        try (Faults faults = Faults.at(position, status)) {
            thrown = catchThrowable(work::run);
            assertThat(faults.calls()).hasSizeGreaterThan(position);
        }
        assertThat(thrown).as("call " + position + ", " + call).isInstanceOf(OpenClException.class);
        OpenClException failure = (OpenClException) thrown;
        assertThat(failure.call()).isEqualTo(call);
        assertThat(failure.status()).isEqualTo(status);
        assertThat(failure).hasMessageContaining(call).hasMessageContaining("(" + status + ")");
    }
}
