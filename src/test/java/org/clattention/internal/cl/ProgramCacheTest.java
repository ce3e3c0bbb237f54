package org.clattention.internal.cl;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The entries on disk: what comes back is what was written, or nothing. */
@Tag("small")
class ProgramCacheTest {
    private static final ProgramKey KEY = ProgramKey.of("device", "one", "driver", "1.0");
    private static final ProgramKey OTHER = ProgramKey.of("device", "one", "driver", "1.1");
    private static final byte[] BINARY = "a compiled program".getBytes(StandardCharsets.US_ASCII);

    @TempDir
    private Path folder = Path.of("unset");

    @Test
    void givesBackWhatWasWritten() {
        ProgramCache cache = ProgramCache.in(folder.resolve("made/when/needed"));
        assertThat(cache.read(KEY)).isEmpty();
        cache.write(KEY, BINARY);
        assertThat(cache.read(KEY)).hasValue(BINARY);
        assertThat(cache.read(OTHER)).isEmpty();
        cache.write(KEY, new byte[] {1});
        assertThat(cache.read(KEY)).hasValue(new byte[] {1});
        cache.discard(KEY);
        assertThat(cache.read(KEY)).isEmpty();
    }

    @Test
    void noCacheKeepsNothing() {
        ProgramCache.none().write(KEY, BINARY);
        assertThat(ProgramCache.none().read(KEY)).isEmpty();
    }

    @Test
    void everyFlippedBitIsSeen() throws IOException {
        Path file = written();
        byte[] sound = Files.readAllBytes(file);
        for (int bit = 0; bit < 8 * sound.length; bit++) {
            byte[] damaged = sound.clone();
            damaged[bit / 8] ^= (byte) (1 << bit % 8);
            Files.write(file, damaged);
            assertThat(ProgramCache.in(folder).read(KEY)).as("bit " + bit).isEmpty();
        }
    }

    @Test
    void everyOtherLengthIsSeen() throws IOException {
        Path file = written();
        byte[] sound = Files.readAllBytes(file);
        for (int length = 0; length < sound.length + 3; length++) {
            Files.write(file, Arrays.copyOf(sound, length));
            assertThat(ProgramCache.in(folder).read(KEY).isPresent())
                    .as("length " + length)
                    .isEqualTo(length == sound.length);
        }
    }

    @Test
    void anEntryOfAnotherKeyIsForeign() throws IOException {
        Files.copy(written(), folder.resolve(OTHER.name() + ".bin"));
        assertThat(ProgramCache.in(folder).read(OTHER)).isEmpty();
    }

    @Test
    void theSameValuesInOtherPlacesAreAnotherKey() {
        assertThat(ProgramKey.of("a", "xy", "b", "z").name())
                .isNotEqualTo(ProgramKey.of("a", "x", "b", "yz").name());
    }

    @Test
    void anEntrySaysWhatItIsOf() throws IOException {
        assertThat(Files.readString(written(), StandardCharsets.ISO_8859_1)).contains("device: one\ndriver: 1.0\n");
    }

    @Test
    void aHugeEntryIsNotRead() throws IOException {
        Path file = written();
        try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.setLength(3L << 30);
        }
        assertThat(ProgramCache.in(folder).read(KEY)).isEmpty();
    }

    @Test
    void aFolderInPlaceOfAnEntryIsNoEntry() throws IOException {
        Files.createDirectories(folder.resolve(KEY.name() + ".bin"));
        ProgramCache cache = ProgramCache.in(folder);
        assertThat(cache.read(KEY)).isEmpty();
        cache.write(KEY, BINARY);
        cache.discard(KEY);
    }

    @Test
    void aFolderThatCannotBeMadeCostsNothing() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "not a folder");
        ProgramCache cache = ProgramCache.in(file.resolve("below"));
        cache.write(KEY, BINARY);
        assertThat(cache.read(KEY)).isEmpty();
    }

    @Test
    void concurrentWritersLeaveOneSoundEntryAndNothingElse() throws Exception {
        ProgramCache cache = ProgramCache.in(folder);
        ExecutorService pool = Executors.newFixedThreadPool(8);
        List<Future<?>> tasks = new ArrayList<>();
        for (int t = 0; t < 8; t++) {
            byte[] mine = new byte[20_000];
            Arrays.fill(mine, (byte) t);
            tasks.add(pool.submit(() -> {
                for (int i = 0; i < 50; i++) {
                    cache.write(KEY, mine);
                    byte[] read = cache.read(KEY).orElseThrow();
                    for (byte b : read) {
                        assertThat(b).isEqualTo(read[0]);
                    }
                }
            }));
        }
        for (Future<?> task : tasks) {
            task.get();
        }
        pool.shutdown();
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactly(folder.resolve(KEY.name() + ".bin"));
        }
    }

    private Path written() {
        ProgramCache.in(folder).write(KEY, BINARY);
        return folder.resolve(KEY.name() + ".bin");
    }
}
