package org.clattention.internal.cl;

import java.io.File;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A private folder in which native libraries lie while they are loaded: nobody else can put anything there. It goes when it is
 * closed, or with the JVM; where the system keeps a loaded library, as Windows does, a later process removes it.
 */
final class NativeFolder implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(NativeFolder.class);
    private static final String PREFIX = "clattention-native-";

    /** Loading takes less than a second; an older folder is that of a process that was killed. */
    private static final Duration STALE = Duration.ofMinutes(10);

    /** More than the libraries of JOCL and JNA have together. */
    private static final int ROOM_BYTES = 2 << 20;

    private final Path folder;
    private final Thread hook;

    private NativeFolder(Path folder) {
        this.folder = folder;
        this.hook = new Thread(() -> delete(folder), "clattention-native-folder");
        try {
            Runtime.getRuntime().addShutdownHook(hook);
        } catch (IllegalStateException e) {
            log.debug("the JVM is about to end");
        }
    }

    /** Where native libraries may be put: the temporary folders, and the kernel cache's, which is often elsewhere. */
    static List<Path> candidates() {
        Set<Path> candidates = new LinkedHashSet<>();
        for (String name : new String[] {"jna.tmpdir", "java.io.tmpdir"}) {
            String value = System.getProperty(name, "");
            try {
                if (!value.isEmpty()) {
                    candidates.add(Path.of(value));
                }
            } catch (InvalidPathException e) {
                log.debug("{} is no path", name, e);
            }
        }
        ProgramCache cache = ProgramCache.ofEnvironment();
        if (cache.problem().isEmpty()) {
            cache.folder().ifPresent(candidates::add);
        }
        return List.copyOf(candidates);
    }

    /**
     * A new folder below the first of these in which libraries can be written and loaded.
     *
     * @throws IOException if there is none, with the reason of each
     */
    static NativeFolder create(List<Path> candidates) throws IOException {
        StringBuilder problems = new StringBuilder();
        for (Path candidate : candidates) {
            try {
                return below(candidate);
            } catch (IOException e) {
                problems.append(problems.isEmpty() ? "" : "; ")
                        .append(candidate)
                        .append(": ")
                        .append(LibraryFolder.reason(e));
            }
        }
        throw new IOException(problems.toString());
    }

    Path path() {
        return folder;
    }

    /** Runs an action while a system property names this folder. */
    void named(String property, Runnable action) {
        touchTemporaryFolder();
        String before = System.getProperty(property);
        System.setProperty(property, folder.toString());
        try {
            action.run();
        } finally {
            if (before == null) {
                System.clearProperty(property);
            } else {
                System.setProperty(property, before);
            }
        }
    }

    @Override
    public void close() {
        if (!delete(folder)) {
            return;
        }
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            log.debug("the JVM is about to end");
        }
    }

    private static NativeFolder below(Path candidate) throws IOException {
        if (ProgramCache.ofEnvironment().folder().filter(candidate::equals).isPresent()) {
            ProgramCache.create(candidate); // need not be there yet
        }
        sweep(candidate);
        // Created with mode 0700 where there are modes.
        NativeFolder created = new NativeFolder(Files.createTempDirectory(candidate, PREFIX));
        try {
            LibraryFolder.require(created.folder, ROOM_BYTES);
            return created;
        } catch (IOException e) {
            created.close();
            throw e;
        }
    }

    /** Removes the folders of this user's processes that were killed while they loaded. */
    private static void sweep(Path candidate) {
        Instant old = Instant.now().minus(STALE);
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(candidate, PREFIX + "*")) {
            for (Path folder : folders) {
                if (Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)
                        && TrustedFiles.owner(folder) == TrustedFiles.user()
                        && Files.getLastModifiedTime(folder).toInstant().isBefore(old)) {
                    delete(folder);
                }
            }
        } catch (IOException e) {
            log.debug("folders of dead processes in {} cannot be removed", candidate, e);
        }
    }

    /** Deletes a folder of files; true if it is gone. */
    private static boolean delete(Path folder) {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                Files.deleteIfExists(file);
            }
        } catch (NoSuchFileException e) {
            return true;
        } catch (IOException e) {
            log.debug("{} cannot be emptied", folder, e);
        }
        try {
            return Files.deleteIfExists(folder) || Files.notExists(folder);
        } catch (IOException e) {
            log.debug("{} cannot be removed", folder, e);
            return false;
        }
    }

    /** The JDK keeps the first value of {@code java.io.tmpdir} that it meets: that must not be a folder about to go. */
    private static void touchTemporaryFolder() {
        try {
            Files.delete(File.createTempFile("clattention-", ".tmp").toPath());
        } catch (IOException e) {
            log.debug("the temporary folder cannot be written", e);
        }
    }
}
