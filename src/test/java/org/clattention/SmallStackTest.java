package org.clattention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Arrays;
import java.util.Collections;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.clattention.config.Activation;
import org.clattention.config.BlockConfig;
import org.clattention.config.BlockWeights;
import org.clattention.config.CacheOptions;
import org.clattention.config.HostTensor;
import org.clattention.config.StackConfig;
import org.clattention.config.StackWeights;
import org.clattention.testing.DeviceTest;
import org.clattention.testing.SmallLayer;
import org.clattention.testing.TestDevice;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/** Threads with little stack: the number of blocks asks for none, and an overflow harms no other call. */
@Timeout(value = 300, unit = TimeUnit.SECONDS, threadMode = ThreadMode.SEPARATE_THREAD)
class SmallStackTest extends DeviceTest {
    private static final int BLOCKS = 1000;
    private static final long SMALL = 256 << 10;

    @Test
    void aThousandBlocks() {
        assumeTrue(device == TestDevice.JAVA || device == TestDevice.POCL, "the same host code");
        BlockConfig block = new BlockConfig(
                SmallLayer.CONFIG, BlockConfig.Norm.RMS, BlockConfig.NormPosition.PRE, 1e-5, Activation.RELU, 8);
        BlockWeights weights = new BlockWeights(
                SmallLayer.weights(), ones(6), null, ones(6), null, null, null, ones(8, 6), null, ones(6, 8), null);
        StackConfig config = new StackConfig(Collections.nCopies(BLOCKS, block), false, false, 0, null);
        try (AttentionEngine engine = device.open();
                TransformerStack stack =
                        engine.transformerStack(config, new StackWeights(i -> weights, null, null, null));
                StackCache cache = stack.newCache(CacheOptions.contiguous(1, 8));
                Tensor x = engine.tensor(new float[] {1, 2, 3, 4, 5, 6}, 1, 1, 6)) {
            Supplier<float[]> call = () -> {
                try (StackResult result = stack.forward(StackInputs.of(x).withCache(cache))) {
                    return result.output().toFloats();
                }
            };
            float[] want = call.get();
            cache.truncate(0, 0);
            assertThat(on(SMALL, call)).isEqualTo(want);
            assertThat(cache.length(0)).isEqualTo(1);
        }
    }

    private static HostTensor ones(long... shape) {
        float[] values = new float[Math.toIntExact(Arrays.stream(shape).reduce(1, Math::multiplyExact))];
        Arrays.fill(values, 1);
        return HostTensor.of(values, shape);
    }

    private static <T> T on(long stack, Supplier<T> work) {
        CompletableFuture<T> result = new CompletableFuture<>();
        Runnable run = () -> {
            try {
                result.complete(work.get());
            } catch (RuntimeException | Error e) {
                result.completeExceptionally(e);
            }
        };
        new Thread(null, run, "small stack", stack).start();
        return result.join();
    }

    /** Calls with less and less stack left, until there is too little: on the engine that is all Java. */
    @Test
    void overflowsHarmNoLaterCall() {
        assumeTrue(device.isJava(), "drivers need a stack of their own");
        try (AttentionEngine engine = device.open()) {
            float[] want = SmallLayer.run(engine);
            long memory = engine.memoryInUse();
            int overflows = -1 - on(SMALL, () -> descend(engine, want, 0));
            assertThat(overflows).isGreaterThan(10);
            assertThat(engine.memoryInUse()).isEqualTo(memory);
            // More often than an engine has streams, each on a thread of its own.
            for (int i = 0; i < 6; i++) {
                assertThat(on(SMALL, () -> SmallLayer.run(engine))).isEqualTo(want);
            }
        }
    }

    /**
     * Down to the end of the stack; then a call in each frame on the way up, until there was room for one.
     *
     * @return how many calls overflowed; negative once one did not
     */
    @SuppressWarnings("InfiniteRecursion") // its end is the end of the stack
    private static int descend(AttentionEngine engine, float[] want, int depth) {
        int overflows;
        try {
            overflows = descend(engine, want, depth + 1);
        } catch (StackOverflowError e) {
            overflows = 0;
        }
        if (overflows < 0) {
            return overflows;
        }
        try {
            assertThat(SmallLayer.run(engine)).isEqualTo(want);
            return -1 - overflows;
        } catch (StackOverflowError e) {
            return overflows + 1;
        }
    }
}
