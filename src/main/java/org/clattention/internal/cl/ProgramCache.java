package org.clattention.internal.cl;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compiled programs on disk. An entry's name is the digest of all that it depends on: device, driver, platform, sources and
 * options. An entry that is damaged or was made for something else is taken as absent, and so is what others than this user
 * and root could have written: a compiled program runs as this process. A cache that cannot be used costs time and nothing
 * else.
 */
public final class ProgramCache {
    private static final Logger log = LoggerFactory.getLogger(ProgramCache.class);
    private static final long MAX_ENTRY_BYTES = 256L << 20;

    /** A file being written is at most so old; older ones were left by processes that ended too soon. */
    private static final Duration TEMPORARY = Duration.ofHours(1);

    private static final String CURE = "; make it yours alone (chmod 700), or set CLATTENTION_CACHE to another folder";

    private final @Nullable Path folder;
    private final AtomicBoolean warned = new AtomicBoolean();
    private final AtomicBoolean swept = new AtomicBoolean();

    private ProgramCache(@Nullable Path folder) {
        this.folder = folder;
    }

    /** A cache in this folder, which is created when needed. */
    public static ProgramCache in(Path folder) {
        return new ProgramCache(folder);
    }

    /** No cache: every program is built from its source. */
    public static ProgramCache none() {
        return new ProgramCache(null);
    }

    /**
     * The folder named by the environment's {@code CLATTENTION_CACHE} (empty = no cache), else {@code clattention} in the
     * user's cache folder.
     */
    public static ProgramCache ofEnvironment() {
        return of(System.getenv());
    }

    /** The same in a given environment. */
    public static ProgramCache of(Map<String, String> environment) {
        String named = environment.get("CLATTENTION_CACHE");
        String base = environment.getOrDefault("XDG_CACHE_HOME", "");
        try {
            if (named != null) {
                return named.isEmpty() ? none() : in(Path.of(named));
            }
            Path caches = base.isEmpty() ? Path.of(System.getProperty("user.home"), ".cache") : Path.of(base);
            return in(caches.resolve("clattention"));
        } catch (InvalidPathException e) {
            log.warn("there is no cache of compiled kernels: {}", e.getMessage());
            return none();
        }
    }

    /** The folder, which need not be there yet; empty if there is no cache. */
    public Optional<Path> folder() {
        return Optional.ofNullable(folder);
    }

    /** Why what lies in the folder is not used, with the cure; empty if it is used, or if there is nothing yet. */
    public String problem() {
        if (folder == null) {
            return "";
        }
        try {
            String problem = TrustedFiles.folderProblem(folder);
            return problem.isEmpty() ? "" : "the kernel cache " + folder + " is not used: " + problem + CURE;
        } catch (NoSuchFileException e) {
            return "";
        } catch (IOException e) {
            return "the kernel cache " + folder + " is not used: " + e + CURE;
        }
    }

    /**
     * Whether programs of this device belong here. PoCL keeps its own cache, and asking it for a binary makes it compile every
     * kernel a second time, for any size of groups.
     */
    boolean keeps(OpenClDevice device) {
        return folder != null && !device.info().platform().equals(PoclNeeds.PLATFORM);
    }

    Optional<byte[]> read(ProgramKey key) {
        if (folder == null || !trusted()) {
            return Optional.empty();
        }
        Path file = file(folder, key);
        try {
            String problem = TrustedFiles.fileProblem(file);
            if (problem.isEmpty() && Files.size(file) > MAX_ENTRY_BYTES) {
                problem = "it is too large";
            }
            Optional<byte[]> program = problem.isEmpty() ? ProgramEntry.decode(key, bytes(file)) : Optional.empty();
            if (program.isEmpty()) {
                log.warn(
                        "cache entry {} will be rebuilt: {}",
                        file,
                        problem.isEmpty() ? "it is damaged or foreign" : problem);
            }
            return program;
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            log.warn("cache entry {} cannot be read and will be rebuilt: {}", file, e.toString());
            return Optional.empty();
        }
    }

    void write(ProgramKey key, byte[] program) {
        if (folder == null || program.length == 0) {
            return;
        }
        try {
            create(folder);
            if (!trusted()) {
                return;
            }
            sweep(folder);
            // Written aside and moved: a reader in another process never sees half an entry.
            Path temporary = Files.createTempFile(folder, "entry-", ".tmp");
            try {
                Files.write(temporary, ProgramEntry.encode(key, program));
                move(temporary, file(folder, key));
            } finally {
                Files.deleteIfExists(temporary);
            }
        } catch (IOException e) {
            warn("the kernel cache " + folder + " cannot be written, so every start compiles all kernels: " + e);
        }
    }

    void discard(ProgramKey key) {
        if (folder == null) {
            return;
        }
        log.warn("the driver refused the cached program {}; it will be rebuilt", key.name());
        try {
            Files.deleteIfExists(file(folder, key));
        } catch (IOException e) {
            log.debug("cache entry {} cannot be deleted", key.name(), e);
        }
    }

    private boolean trusted() {
        String problem = problem();
        if (!problem.isEmpty()) {
            warn(problem);
        }
        return problem.isEmpty();
    }

    /** Once, not for every kernel. */
    private void warn(String message) {
        if (warned.compareAndSet(false, true)) {
            log.warn("{}", message);
        }
    }

    /** Whatever the process's mask is, a new folder is this user's alone. */
    static void create(Path folder) throws IOException {
        if (Files.isDirectory(folder)) {
            return;
        }
        if (folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Files.createDirectories(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } else {
            Files.createDirectories(folder);
        }
    }

    /** Removes what processes left that ended while they wrote. */
    private void sweep(Path folder) throws IOException {
        if (!swept.compareAndSet(false, true)) {
            return;
        }
        Instant old = Instant.now().minus(TEMPORARY);
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "entry-*.tmp")) {
            for (Path file : files) {
                if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
                        && Files.getLastModifiedTime(file).toInstant().isBefore(old)) {
                    Files.deleteIfExists(file);
                }
            }
        } catch (NoSuchFileException e) {
            log.debug("another process removed {}", e.getFile());
        }
    }

    private static byte[] bytes(Path file) throws IOException {
        // The folder is ours: nobody can put a link or a pipe in place of what was just looked at.
        try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
            return in.readNBytes((int) MAX_ENTRY_BYTES);
        }
    }

    private static void move(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static Path file(Path folder, ProgramKey key) {
        return folder.resolve(key.name() + ".bin");
    }
}
