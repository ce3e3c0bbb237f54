package org.clattention;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.clattention.testing.SmallLayer;
import org.clattention.testing.TestDevice;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A driver that brings LLVM into a busy JVM: its signal handlers must not end the process when threads stop for garbage
 * collections, nor lose the temporary files of builds.
 */
class DriverSignalsTest {
    @TempDir
    private Path cache = Path.of("unset");

    @Test
    void kernelsAreBuiltAmidGarbageCollections() throws Exception {
        TestDevice.POCL.require();
        ProcessBuilder builder = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName()))
                .redirectErrorStream(true);
        builder.environment().put("POCL_CACHE_DIR", cache.toString());
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(said).isZero();
        assertThat(said).contains("computed");
    }

    /** What the child does: threads that run hot, collections, and meanwhile a layer whose kernels nobody has built yet. */
    static final class Main {
        private static final int COLLECTION_MILLISECONDS = 20;
        private static final int THREADS = 3;

        private Main() {}

        public static void main(String[] arguments) {
            for (int i = 0; i < THREADS; i++) {
                start(Main::runHot);
            }
            start(Main::collect);
            try (AttentionEngine engine = TestDevice.POCL.open()) {
                SmallLayer.run(engine);
            }
            System.out.println("computed");
        }

        private static void start(Runnable work) {
            Thread thread = new Thread(work);
            thread.setDaemon(true);
            thread.start();
        }

        private static void runHot() {
            float[] values = new float[1024];
            while (true) {
                for (int i = 0; i < values.length; i++) {
                    values[i] += 0.5f * values[(7 * i) % values.length];
                }
            }
        }

        private static void collect() {
            while (true) {
                System.gc();
                try {
                    Thread.sleep(COLLECTION_MILLISECONDS);
                } catch (InterruptedException e) {
                    return;
                }
            }
        }
    }
}
