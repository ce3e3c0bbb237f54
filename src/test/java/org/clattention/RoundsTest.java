package org.clattention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.clattention.internal.cl.LiveHandles;
import org.clattention.testing.DeviceTest;
import org.clattention.testing.NoLiveHandles;
import org.clattention.testing.SmallLayer;
import org.clattention.testing.TestDevice;
import org.junit.jupiter.api.Test;

/** What is opened and closed over and over leaves nothing behind. */
class RoundsTest extends DeviceTest {
    /** Allocators keep some of what they are given back; a leak of an engine a round would be far more. */
    private static final long ALLOWED_GROWTH_KIB = 32 << 10;

    @Test
    void enginesLeaveNothing() throws IOException {
        assumeTrue(!device.simulated(), "too slow for a simulator");
        int rounds = device == TestDevice.POCL ? 80 : 30;
        float[] want = {};
        long residentBefore = 0;
        for (int i = 0; i < rounds; i++) {
            try (AttentionEngine engine = device.open()) {
                float[] got = SmallLayer.run(engine);
                want = i == 0 ? got : want;
                assertThat(got).isEqualTo(want);
            }
            NoLiveHandles.check(0);
            if (i == rounds / 5) {
                residentBefore = residentKib();
            }
        }
        assertThat(residentKib() - residentBefore)
                .as("KiB that %d rounds on %s added to the resident memory", rounds - rounds / 5, device)
                .isLessThan(ALLOWED_GROWTH_KIB);
    }

    @Test
    void callsLeaveNothing() {
        int rounds = device == TestDevice.POCL ? 1000 : device == TestDevice.RUSTICL ? 200 : 3;
        try (AttentionEngine engine = device.open();
                MultiHeadAttention layer = SmallLayer.open(engine);
                Tensor x = engine.tensor(SmallLayer.input(), SmallLayer.shape())) {
            float[] want = SmallLayer.forward(layer, x);
            long memory = engine.memoryInUse();
            long handles = LiveHandles.count();
            for (int i = 0; i < rounds; i++) {
                assertThat(SmallLayer.forward(layer, x)).isEqualTo(want);
            }
            assertThat(engine.memoryInUse()).isEqualTo(memory);
            assertThat(LiveHandles.count()).isEqualTo(handles);
        }
    }

    /** The resident memory of this process, after the collector has had its say. */
    private static long residentKib() throws IOException {
        System.gc();
        Path status = Path.of("/proc/self/status");
        assumeTrue(Files.exists(status), "the resident memory is read from /proc");
        return Files.readAllLines(status).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                .findFirst()
                .orElseThrow();
    }
}
