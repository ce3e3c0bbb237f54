package org.clattention.internal.cl;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Changes entries of a cache folder, for tests of other packages. */
public final class CacheEntries {
    /** Where the digest ends and the length of the description begins. */
    private static final int DIGEST_END = 40;

    private CacheEntries() {}

    /** The entries of a folder. */
    public static List<Path> of(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(f -> f.toString().endsWith(".bin")).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Replaces the program in an entry by other bytes, under a digest that fits: only the driver can tell. */
    public static void replaceProgram(Path entry, byte[] program) {
        try {
            ByteBuffer before = ByteBuffer.wrap(Files.readAllBytes(entry)).position(DIGEST_END);
            byte[] description = new byte[before.getInt()];
            before.get(description);
            ProgramKey key = new ProgramKey("unused", new String(description, StandardCharsets.UTF_8));
            Files.write(entry, ProgramEntry.encode(key, program));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
