package org.clattention.internal.cl;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.clattention.testing.TinyDisk;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What PoCL would end the process for, or hide its device, is said before. */
class PoclNeedsTest {
    @TempDir
    private Path base = Path.of("unset");

    private String path = "";

    @BeforeEach
    void aLinker() throws IOException {
        Path linker =
                Files.createFile(Files.createDirectory(base.resolve("bin")).resolve("ld"));
        assertThat(linker.toFile().setExecutable(true)).isTrue();
        path = "/nonexistent:" + linker.getParent();
    }

    @Test
    void aLinkerAndAFolder() {
        Path cache = base.resolve("made/when/needed");
        assertThat(problem("POCL_CACHE_DIR", cache)).isEmpty();
        assertThat(cache).isEmptyDirectory();
    }

    @Test
    void noLinker() throws IOException {
        Files.createDirectories(base.resolve("other/ld"));
        for (String folders :
                new String[] {"", "/nonexistent", base.resolve("other").toString()}) {
            assertThat(PoclNeeds.problem(Map.of("PATH", folders, "POCL_CACHE_DIR", base.toString())))
                    .contains("PoCL needs the linker ld", "apt install binutils");
        }
    }

    @Test
    void theFolderThatPoclWouldTake() throws IOException {
        // A file in their place: not even root can make these folders.
        Path file = Files.createFile(base.resolve("file"));
        assertThat(problem("POCL_CACHE_DIR", file)).contains(" in " + file + ": ", "set POCL_CACHE_DIR");
        assertThat(problem("XDG_CACHE_HOME", file)).contains(" in " + file + "/pocl/kcache: ", "set POCL_CACHE_DIR");
        assertThat(problem("HOME", file)).contains(" in " + file + "/.cache/pocl/kcache: ", "set POCL_CACHE_DIR");
    }

    @Test
    void aFullOrReadOnlyOrClosedDisk() throws IOException {
        Path mount = Files.createDirectory(base.resolve("disk"));
        try (TinyDisk disk = TinyDisk.on(mount, 64)) {
            assertThat(problem("POCL_CACHE_DIR", disk.folder())).contains("there are only 64 KiB left");
            disk.fill();
            assertThat(problem("POCL_CACHE_DIR", disk.folder())).contains("No space left on device");
        }
        try (TinyDisk disk = TinyDisk.on(mount, 64, "ro")) {
            assertThat(problem("POCL_CACHE_DIR", disk.folder())).contains("Read-only file system");
        }
        try (TinyDisk disk = TinyDisk.on(mount, 32 << 10, "noexec")) {
            assertThat(problem("POCL_CACHE_DIR", disk.folder())).contains("mounted noexec");
        }
    }

    private String problem(String variable, Path folder) {
        return PoclNeeds.problem(Map.of("PATH", path, variable, folder.toString()));
    }
}
