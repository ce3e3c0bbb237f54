package org.clattention.internal.cl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.jna.NativeLibrary;
import com.sun.jna.Platform;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.clattention.testing.Signals;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who ended the process, by its exit code. */
class DriverExitTest {
    private static final int ABORTED = 134;
    private static final int INTERRUPTED = 130;

    @BeforeEach
    void onLinux() {
        assumeTrue(Platform.isLinux(), "about Linux");
    }

    @Test
    void aDriversExitIsAnAbort() throws Exception {
        assertThat(ended("driver")).isEqualTo(ABORTED);
    }

    @Test
    void theJvmsOwnEndIsWhatItWas() throws Exception {
        assertThat(ended("return")).isZero();
        assertThat(ended("exit")).isEqualTo(1);
        assumeFalse(Signals.interruptIsIgnored(), "SIGINT is ignored here");
        assertThat(ended("interrupt")).isEqualTo(INTERRUPTED);
    }

    private static int ended(String how) throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName(),
                        how)
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(said).contains("ready");
        return process.exitValue();
    }

    /** A process that ends in one way. */
    static final class Main {
        private Main() {}

        public static void main(String[] how) throws InterruptedException {
            DriverExit.abort();
            System.out.println("ready");
            NativeLibrary system = NativeLibrary.getProcess();
            switch (how[0]) {
                case "driver" -> system.getFunction("exit").invokeVoid(new Object[] {1});
                case "exit" -> System.exit(1);
                case "interrupt" -> {
                    system.getFunction("raise").invokeInt(new Object[] {2});
                    Thread.sleep(30_000);
                }
                default -> System.out.println("returns");
            }
        }
    }
}
