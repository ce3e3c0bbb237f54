package org.clattention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.clattention.config.EngineOptions;
import org.clattention.error.CallTimeoutException;
import org.clattention.error.DeviceLostException;
import org.clattention.internal.backend.opencl.TestBackends;
import org.clattention.testing.ChildProcess;
import org.clattention.testing.SmallLayer;
import org.clattention.testing.TestDevice;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Calls that a device would never end. */
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class CallLimitTest {
    @Test
    void aKernelThatNeverEnds() throws Exception {
        TestDevice.POCL.require();
        assertThat(ChildProcess.run(List.of(), Main.class, "limit")).contains("the process lives");
    }

    @Test
    void anInterruptedCall() throws Exception {
        TestDevice.POCL.require();
        assertThat(ChildProcess.run(List.of(), Main.class, "interrupt")).contains("the process lives");
    }

    @Test
    void theEngineInJavaGoesOn() {
        EngineOptions options = TestDevice.JAVA.options().withCallLimit(Duration.ofNanos(1));
        float[] values = new float[64 * 64];
        try (AttentionEngine engine = AttentionEngine.open(options);
                Tensor x = engine.tensor(values, 64, 64)) {
            long memory = engine.memoryInUse();
            for (int i = 0; i < 6; i++) {
                assertThatThrownBy(() -> engine.softmax(x, -1).close())
                        .isInstanceOf(CallTimeoutException.class)
                        .hasMessageContaining("callLimit");
            }
            assertThat(engine.memoryInUse()).isEqualTo(memory);
            assertThat(engine.loss()).isEmpty();
            assertThat(x.toFloats()).isEqualTo(values);
        }
    }

    @Test
    void aLimitIsNotNegative() {
        assertThatThrownBy(() -> EngineOptions.DEFAULT.withCallLimit(Duration.ofMillis(-1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("callLimit: PT-0.001S must not be negative");
    }

    /** What the child does: a call behind a kernel that never ends. */
    static final class Main {
        private static final Duration LIMIT = Duration.ofSeconds(3);
        private static final long MILLISECONDS_MORE = 1000;

        private Main() {}

        public static void main(String[] arguments) {
            boolean limited = arguments[0].equals("limit");
            EngineOptions options = TestDevice.POCL.options();
            try (AttentionEngine builds = AttentionEngine.open(options)) {
                // So that no compilation counts below.
                SmallLayer.run(builds);
            }
            AttentionEngine engine = AttentionEngine.open(limited ? options.withCallLimit(LIMIT) : options);
            MultiHeadAttention layer = SmallLayer.open(engine);
            Tensor x = engine.tensor(SmallLayer.input(), SmallLayer.shape());
            SmallLayer.forward(layer, x);
            TestBackends.hang(engine.backend());
            Thread caller = Thread.currentThread();
            long most = limited ? LIMIT.toMillis() : interruptSoon(caller) + 5000;
            long start = System.nanoTime();
            assertThatThrownBy(() -> SmallLayer.forward(layer, x))
                    .isInstanceOf(DeviceLostException.class)
                    .hasMessageContaining("did not end a call within")
                    .hasMessageContaining(limited ? "limit of 3.0 s" : "interrupt");
            assertThat(millis(start)).isBetween(most - 500, most + MILLISECONDS_MORE);
            assertThat(Thread.interrupted()).isEqualTo(!limited);
            later(engine, layer, x);
            assertThat(engine.loss()).isPresent();
            try (AttentionEngine next = AttentionEngine.open("java")) {
                SmallLayer.run(next);
            }
            System.out.println("the process lives");
            // The kernel still runs: an orderly exit would wait for the driver.
            Runtime.getRuntime().halt(0);
        }

        private static void later(AttentionEngine engine, MultiHeadAttention layer, Tensor x) {
            long start = System.nanoTime();
            assertThatThrownBy(() -> SmallLayer.forward(layer, x))
                    .isInstanceOf(DeviceLostException.class)
                    .hasMessageContaining("is closed: ")
                    .hasMessageContaining("did not end a call within");
            assertThatThrownBy(() -> SmallLayer.run(engine)).isInstanceOf(DeviceLostException.class);
            x.close();
            layer.close();
            engine.close();
            assertThat(engine.memoryInUse()).isZero();
            assertThat(millis(start)).isLessThan(MILLISECONDS_MORE);
        }

        private static long interruptSoon(Thread caller) {
            long soon = 500;
            Thread thread = new Thread(() -> {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(soon));
                caller.interrupt();
            });
            thread.setDaemon(true);
            thread.start();
            return soon;
        }

        private static long millis(long start) {
            return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
        }
    }
}
