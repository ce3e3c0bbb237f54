package org.clattention.internal.cl;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Changes entries of a cache folder, for tests of other packages. */
public final class CacheEntries {
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
        String name = String.valueOf(entry.getFileName());
        Path folder = entry.resolveSibling(".").normalize();
        ProgramCache.in(folder).write(name.substring(0, name.length() - ".bin".length()), program);
    }
}
