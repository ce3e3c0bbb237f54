package org.clattention.internal.cl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.clattention.testing.Signals;
import org.clattention.testing.TinyDisk;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where native libraries lie while they are loaded. */
class NativeFolderTest {
    @TempDir
    private Path base = Path.of("unset");

    @Test
    void isPrivateAndGoesWithItsFiles() throws IOException {
        Path path;
        try (NativeFolder folder = NativeFolder.create(List.of(base))) {
            path = folder.path();
            assertThat(path.getParent()).isEqualTo(base);
            if (path.getFileSystem().supportedFileAttributeViews().contains("posix")) {
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                        .isEqualTo("rwx------");
            }
            Files.createFile(path.resolve("library.so"));
            folder.named(
                    "clattention.test",
                    () -> assertThat(System.getProperty("clattention.test")).isEqualTo(path.toString()));
            assertThat(System.getProperty("clattention.test")).isNull();
        }
        assertThat(base).isEmptyDirectory();
    }

    @Test
    void foldersOfDeadProcessesGo() throws IOException {
        Path stale = Files.createDirectory(base.resolve("clattention-native-1"));
        Files.createFile(stale.resolve("library.so"));
        Path fresh = Files.createDirectory(base.resolve("clattention-native-2"));
        Path target = Files.createDirectory(base.resolve("target"));
        Path precious = Files.createFile(target.resolve("precious"));
        Path link = Files.createSymbolicLink(base.resolve("clattention-native-3"), target);
        for (Path old : List.of(stale, target)) {
            Files.setLastModifiedTime(old, FileTime.fromMillis(0));
        }
        NativeFolder.create(List.of(base)).close();
        assertThat(stale).doesNotExist();
        assertThat(fresh).exists();
        assertThat(precious).exists();
        assertThat(Files.exists(link, LinkOption.NOFOLLOW_LINKS)).isTrue();
    }

    @Test
    void theReasonOfEachFolderIsSaid() throws IOException {
        Path missing = base.resolve("missing");
        Path closed = Files.createDirectory(base.resolve("closed"));
        Path full = Files.createDirectory(base.resolve("full"));
        Path locked = Files.createDirectory(base.resolve("locked"));
        try (TinyDisk noexec = TinyDisk.on(closed, 8192, "noexec");
                TinyDisk small = TinyDisk.on(full, 64);
                TinyDisk readOnly = TinyDisk.on(locked, 64, "ro")) {
            List<Path> all = List.of(missing, noexec.folder(), small.folder(), readOnly.folder());
            assertThatThrownBy(() -> NativeFolder.create(all))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(missing + ": there is no such folder; ")
                    .hasMessageContaining(closed + ": it is mounted noexec, so that no library can be loaded from it; ")
                    .hasMessageContaining(full + ": No space left on device; ")
                    .hasMessageContaining(locked + ": Read-only file system");
            assertThat(closed).isEmptyDirectory();
            assertThat(full).isEmptyDirectory();
            try (NativeFolder folder = NativeFolder.create(List.of(closed, base))) {
                assertThat(folder.path().getParent()).isEqualTo(base);
            }
        }
    }

    /** Ctrl-C while libraries are loaded. */
    @Test
    void goesWithTheProcess() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/bin/kill")), "about Unix signals");
        assumeFalse(Signals.interruptIsIgnored(), "SIGINT is ignored here");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Djava.io.tmpdir=" + base,
                        "-cp",
                        System.getProperty("java.class.path"),
                        Sleeper.class.getName())
                .redirectErrorStream(true)
                .start();
        while (!process.inputReader().readLine().endsWith("ready")) {
            assertThat(process.isAlive()).isTrue();
        }
        assertThat(base).isNotEmptyDirectory();
        new ProcessBuilder("/bin/kill", "-INT", Long.toString(process.pid()))
                .start()
                .waitFor();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(base).isEmptyDirectory();
    }

    /** A process that has libraries unpacked, and waits. */
    static final class Sleeper {
        private Sleeper() {}

        public static void main(String[] args) throws Exception {
            NativeFolder folder = NativeFolder.create(NativeFolder.candidates());
            Files.createFile(folder.path().resolve("library.so"));
            System.out.println("ready");
            Thread.sleep(60_000);
        }
    }
}
