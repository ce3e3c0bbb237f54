package org.clattention.internal.cl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.clattention.testing.TinyDisk;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What others could have put there is not run, however sound it looks; and what is no entry does no harm. */
class ProgramCacheTrustTest {
    private static final ProgramKey KEY = ProgramKey.of("device", "one");
    private static final byte[] PROGRAM = "a compiled program".getBytes(StandardCharsets.US_ASCII);
    private static final int NOBODY = 65534;

    @TempDir
    private Path base = Path.of("unset");

    private Path folder = Path.of("unset");
    private Path entry = Path.of("unset");

    @BeforeEach
    void anEntry() throws IOException {
        assumeTrue(base.getFileSystem().supportedFileAttributeViews().contains("unix"), "about Unix owners and modes");
        folder = base.resolve("cache");
        entry = folder.resolve(KEY.name() + ".bin");
        ProgramCache.in(folder).write(KEY, PROGRAM);
        assertThat(ProgramCache.in(folder).read(KEY)).hasValue(PROGRAM);
    }

    @Test
    void aNewFolderIsTheUsersAlone() throws IOException {
        assertThat(mode(folder)).isEqualTo("rwx------");
        assertThat(mode(entry)).isEqualTo("rw-------");
    }

    @ParameterizedTest
    @ValueSource(strings = {"rwxrwxr-x", "rwx-w----", "rwxr-xrwx", "rwx----w-"})
    void aFolderThatOthersMayWriteIsNotUsed(String mode) throws IOException {
        setMode(folder, mode);
        requireUnused(mode);
        Files.delete(entry);
        ProgramCache.in(folder).write(KEY, PROGRAM);
        assertThat(entry).doesNotExist();
    }

    @Test
    void aFolderBelowOneThatOthersMayWriteIsNotUsed() throws IOException {
        setMode(base, "rwxrwxrwx");
        requireUnused("of " + base.toRealPath() + ", above it: others may write to it (rwxrwxrwx)");
        Files.setAttribute(base, "unix:mode", 01777);
        assertThat(ProgramCache.in(folder).read(KEY)).as("sticky, as /tmp").hasValue(PROGRAM);
    }

    @Test
    void aFolderOfAnotherUserIsNotUsed() throws IOException {
        give(folder);
        requireUnused("its owner is nobody, not this user");
    }

    @Test
    void aLinkToAFolderIsAsGoodAsTheFolder() throws IOException {
        Path link = Files.createSymbolicLink(base.resolve("link"), folder);
        assertThat(ProgramCache.in(link).read(KEY)).hasValue(PROGRAM);
        setMode(folder, "rwxrwxrwx");
        assertThat(ProgramCache.in(link).read(KEY)).isEmpty();
    }

    @Test
    void aFolderReadByAllIsUsed() throws IOException {
        setMode(folder, "rwxr-xr-x");
        assertThat(ProgramCache.in(folder).problem()).isEmpty();
        assertThat(ProgramCache.in(folder).read(KEY)).hasValue(PROGRAM);
    }

    @Test
    void anEntryOfAnotherUserIsRebuilt() throws IOException {
        give(entry);
        requireRebuilt();
    }

    @Test
    void anEntryThatOthersMayWriteIsRebuilt() throws IOException {
        setMode(entry, "rw-rw-r--");
        requireRebuilt();
    }

    @Test
    void aLinkInPlaceOfAnEntryIsRebuilt() throws IOException {
        Path elsewhere = Files.move(entry, base.resolve("elsewhere"));
        Files.createSymbolicLink(entry, elsewhere);
        requireRebuilt();
        assertThat(elsewhere).hasBinaryContent(ProgramEntry.encode(KEY, PROGRAM));
    }

    /** Opening it would wait for a writer, forever. */
    @Test
    @Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void aPipeInPlaceOfAnEntryIsRebuilt() throws Exception {
        Files.delete(entry);
        Process made = new ProcessBuilder("mkfifo", entry.toString()).start();
        assumeTrue(made.waitFor(10, TimeUnit.SECONDS) && made.exitValue() == 0, "no pipe can be made here");
        requireRebuilt();
    }

    @Test
    void filesOfProcessesThatEndedWhileWritingAreRemoved() throws IOException {
        Path old = Files.createFile(folder.resolve("entry-1.tmp"));
        Files.setLastModifiedTime(old, FileTime.from(Instant.now().minus(2, ChronoUnit.HOURS)));
        Path fresh = Files.createFile(folder.resolve("entry-2.tmp"));
        Path foreign = Files.createFile(folder.resolve("notes.txt"));
        Files.setLastModifiedTime(foreign, FileTime.fromMillis(0));
        ProgramCache.in(folder).write(KEY, PROGRAM);
        assertThat(old).doesNotExist();
        assertThat(fresh).exists();
        assertThat(foreign).exists();
    }

    @Test
    void aFullDiskCostsNothingElse() throws IOException {
        Path mount = Files.createDirectory(base.resolve("full"));
        try (TinyDisk disk = TinyDisk.on(mount, 64, "mode=700")) {
            ProgramCache cache = ProgramCache.in(disk.folder());
            cache.write(KEY, PROGRAM);
            disk.fill();
            ProgramKey other = ProgramKey.of("device", "two");
            cache.write(other, new byte[50_000]);
            assertThat(cache.read(other)).isEmpty();
            assertThat(cache.read(KEY)).hasValue(PROGRAM);
            assertThat(disk.folder().toFile().list()).containsExactlyInAnyOrder("filler", KEY.name() + ".bin");
        }
    }

    @Test
    void aReadOnlyDiskIsRead() throws IOException {
        Path mount = Files.createDirectory(base.resolve("disk"));
        try (TinyDisk disk = TinyDisk.on(mount, 64, "mode=700")) {
            ProgramCache cache = ProgramCache.in(disk.folder());
            cache.write(KEY, PROGRAM);
            disk.remount("ro");
            cache.write(KEY, new byte[] {1});
            cache.discard(KEY);
            assertThat(cache.read(KEY)).hasValue(PROGRAM);
        }
    }

    @Test
    void aNameThatIsNoPathIsNoCache() {
        assertThat(ProgramCache.of(Map.of("CLATTENTION_CACHE", "a\0b")).folder())
                .isEmpty();
    }

    private void requireUnused(String why) {
        ProgramCache cache = ProgramCache.in(folder);
        assertThat(cache.read(KEY)).isEmpty();
        assertThat(cache.problem())
                .contains("the kernel cache " + folder + " is not used: ", why)
                .contains("CLATTENTION_CACHE");
    }

    private void requireRebuilt() throws IOException {
        ProgramCache cache = ProgramCache.in(folder);
        assertThat(cache.read(KEY)).isEmpty();
        cache.write(KEY, PROGRAM);
        assertThat(Files.isRegularFile(entry, LinkOption.NOFOLLOW_LINKS)).isTrue();
        assertThat(mode(entry)).isEqualTo("rw-------");
        assertThat(cache.read(KEY)).hasValue(PROGRAM);
    }

    private static void give(Path file) throws IOException {
        assumeTrue(TrustedFiles.user() == 0, "only root can give files away");
        Files.setAttribute(file, "unix:uid", NOBODY);
    }

    private static void setMode(Path file, String mode) throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    }

    private static String mode(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }
}
