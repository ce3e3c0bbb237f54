package org.clattention.internal.cl;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What PoCL's compiler for CPUs needs from the machine. Where something is missing, PoCL or the LLVM in it ends the whole
 * process, or shows no device without a word; so this is asked first.
 */
final class PoclNeeds {
    static final String PLATFORM = "Portable Computing Language";

    /** The kernels of one engine take a few megabytes. */
    private static final long ROOM_BYTES = 16L << 20;

    private PoclNeeds() {}

    /** What is missing, with the cure; empty if nothing is. */
    static String problem(Map<String, String> environment) {
        if (!hasLinker(environment.getOrDefault("PATH", ""))) {
            return "PoCL needs the linker ld, which is in no folder of PATH; on Debian or Ubuntu: apt install binutils";
        }
        String problem;
        Path cache;
        try {
            cache = cache(environment);
        } catch (InvalidPathException e) {
            return "PoCL's folder of compiled kernels has a name that this JVM cannot read: " + e.getMessage();
        }
        try {
            Files.createDirectories(cache); // as PoCL does
            LibraryFolder.require(cache, 1);
            long room = Files.getFileStore(cache).getUsableSpace();
            problem =
                    room >= ROOM_BYTES ? "" : "there are only " + (room >> 10) + " KiB left, and it takes up to 16 MiB";
        } catch (IOException e) {
            problem = LibraryFolder.reason(e);
        }
        return problem.isEmpty()
                ? ""
                : "PoCL cannot keep its compiled kernels in " + cache + ": " + problem
                        + "; set POCL_CACHE_DIR to a folder of yours with room, not mounted noexec";
    }

    private static boolean hasLinker(String path) {
        for (String folder : path.split(Pattern.quote(File.pathSeparator), -1)) {
            File linker = new File(folder.isEmpty() ? "." : folder, "ld");
            if (linker.isFile() && linker.canExecute()) {
                return true;
            }
        }
        return false;
    }

    /** By PoCL's own rules. */
    private static Path cache(Map<String, String> environment) {
        String named = environment.getOrDefault("POCL_CACHE_DIR", "");
        if (!named.isEmpty()) {
            return Path.of(named);
        }
        String caches = environment.getOrDefault("XDG_CACHE_HOME", "");
        if (!caches.isEmpty()) {
            return Path.of(caches, "pocl", "kcache");
        }
        String home = environment.get("HOME");
        return home == null ? Path.of("/tmp/pocl/kcache") : Path.of(home, ".cache", "pocl", "kcache");
    }
}
