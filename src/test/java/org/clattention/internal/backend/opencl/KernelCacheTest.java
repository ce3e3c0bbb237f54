package org.clattention.internal.backend.opencl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import org.clattention.internal.backend.Backend;
import org.clattention.internal.cl.CacheEntries;
import org.clattention.internal.cl.Faults;
import org.clattention.internal.cl.ProgramCache;
import org.clattention.testing.DeviceTest;
import org.clattention.testing.TestDevice;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Compiled kernels across engines: a damaged cache costs a build, never a wrong result. */
@Tag("small")
class KernelCacheTest extends DeviceTest {
    @BeforeEach
    void skipWithoutOpenCl() {
        assumeFalse(device.isJava(), "about calls of OpenCL");
    }

    @TempDir
    private Path folder = Path.of("unset");

    private boolean hasItsOwn() {
        return device == TestDevice.POCL || device == TestDevice.POCL_CPU;
    }

    @Test
    void nothingIsWrittenForADriverWithACacheOfItsOwn() {
        assumeTrue(hasItsOwn(), "this driver leaves caching to others");
        assertThat(builds()).isPositive();
        assertThat(CacheEntries.of(folder)).isEmpty();
    }

    @Test
    void theSecondEngineNeedNotBuild() {
        assumeFalse(hasItsOwn(), "this driver keeps its own cache");
        assertThat(builds()).isEqualTo(1);
        assertThat(CacheEntries.of(folder)).hasSize(1);
        assertThat(builds()).isZero();
    }

    @Test
    void damagedEntriesAreRebuilt() throws IOException {
        assumeFalse(hasItsOwn(), "this driver keeps its own cache");
        assertThat(builds()).isEqualTo(1);
        Path entry = CacheEntries.of(folder).get(0);
        byte[] sound = Files.readAllBytes(entry);
        int[] regions = {0, 9, 41, 73, sound.length / 2, sound.length - 1};
        for (int region : regions) {
            byte[] damaged = sound.clone();
            damaged[region] ^= 0x20;
            Files.write(entry, damaged);
            assertThat(builds()).as("byte " + region).isEqualTo(1);
            assertThat(Files.readAllBytes(entry))
                    .as("the entry is written anew")
                    .isNotEqualTo(damaged);
        }
        for (int length : new int[] {0, 7, 71, 72, sound.length - 1}) {
            Files.write(entry, Arrays.copyOf(sound, length));
            assertThat(builds()).as("length " + length).isEqualTo(1);
        }
        assertThat(builds()).isZero();
    }

    @Test
    void aProgramThatTheDriverRefusesIsRebuilt() {
        assumeFalse(hasItsOwn(), "this driver keeps its own cache");
        // The digest in each entry is what keeps such bytes from that driver.
        assumeTrue(device != TestDevice.RUSTICL, "this driver aborts the process on bytes that are no program");
        assertThat(builds()).isEqualTo(1);
        Path entry = CacheEntries.of(folder).get(0);
        CacheEntries.replaceProgram(entry, "not a program at all".getBytes(StandardCharsets.US_ASCII));
        assertThat(builds()).isEqualTo(1);
        assertThat(builds()).isZero();
    }

    /** Any program may lie in a folder that others may write: it is built from its source, and nothing is kept there. */
    @Test
    void aPlantedProgramIsNotRun() throws IOException {
        assumeFalse(hasItsOwn(), "this driver keeps its own cache");
        assumeTrue(folder.getFileSystem().supportedFileAttributeViews().contains("posix"), "about Unix modes");
        assertThat(builds()).isEqualTo(1);
        Path entry = CacheEntries.of(folder).get(0);
        byte[] planted = Files.readAllBytes(entry);
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
        assertThat(builds()).as("the folder is open to all").isEqualTo(1);
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
        Files.setPosixFilePermissions(entry, PosixFilePermissions.fromString("rw-rw-rw-"));
        assertThat(builds()).as("the entry is open to all").isEqualTo(1);
        assertThat(Files.readAllBytes(entry)).isEqualTo(planted);
        assertThat(builds()).isZero();
    }

    /** Runs a kernel on a new backend, checks its result, and counts the programs built from source. */
    private int builds() {
        try (Faults faults = Faults.none();
                Backend backend = TestBackends.with(device, ProgramCache.in(folder))) {
            assertThat(TestBackends.project(backend)).isEqualTo(6);
            List<String> calls = faults.calls();
            return (int) calls.stream().filter("clBuildProgram"::equals).count();
        }
    }
}
