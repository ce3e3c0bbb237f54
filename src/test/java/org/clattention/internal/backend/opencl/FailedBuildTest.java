package org.clattention.internal.backend.opencl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.clattention.internal.backend.Backend;
import org.clattention.internal.cl.Faults;
import org.clattention.internal.cl.OpenClException;
import org.clattention.testing.DeviceTest;
import org.clattention.testing.TestDevice;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A kernel that the compiler refuses: compiled once for an engine, and nothing of it stays behind. */
class FailedBuildTest extends DeviceTest {
    private static final String OPTIONS = "clattention.buildOptions";

    private final String before = System.getProperty(OPTIONS, "");

    @AfterEach
    void compilesAgain() {
        System.setProperty(OPTIONS, before);
    }

    @Test
    void isRememberedByItsEngine() {
        assumeTrue(device == TestDevice.POCL || device == TestDevice.RUSTICL, "one for each compiler");
        Set<Path> files = temporaryFiles();
        try (Backend backend = TestBackends.uncached(device);
                Faults calls = Faults.none()) {
            System.setProperty(OPTIONS, "-Drow0=0");
            fails(backend);
            long builds = builds(calls);
            // More than once where the log does not say that it is the source's fault.
            assertThat(builds).isBetween(1L, 3L);
            fails(backend);
            fails(backend);
            assertThat(builds(calls)).isEqualTo(builds);
        }
        assertThat(temporaryFiles()).isEqualTo(files);
        System.setProperty(OPTIONS, before);
        try (Backend next = TestBackends.uncached(device)) {
            assertThat(TestBackends.project(next)).isEqualTo(6);
        }
    }

    private static void fails(Backend backend) {
        assertThatThrownBy(() -> TestBackends.project(backend))
                .isInstanceOf(OpenClException.class)
                .hasMessageContaining("CL_BUILD_PROGRAM_FAILURE")
                .hasMessageContaining("output_projection.cl:");
    }

    private static long builds(Faults calls) {
        return Collections.frequency(calls.calls(), "clBuildProgram");
    }

    private static Set<Path> temporaryFiles() {
        Path folder = Path.of(System.getProperty("java.io.tmpdir"));
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.getFileName().toString().startsWith("clattention-"))
                    .collect(Collectors.toSet());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
