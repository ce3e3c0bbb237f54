package org.clattention.internal.cl;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** Whether native libraries can be written into a folder and loaded from there. */
final class LibraryFolder {
    private LibraryFolder() {}

    /**
     * Tries it with a file of zeros.
     *
     * @param bytes how large
     * @throws IOException if the file cannot be written, or if the file system is closed to programs
     */
    static void require(Path folder, int bytes) throws IOException {
        Path probe = Files.createTempFile(folder, "clattention-", ".probe");
        try {
            Files.write(probe, new byte[bytes]);
            if (probe.getFileSystem().supportedFileAttributeViews().contains("posix")) {
                Files.setPosixFilePermissions(probe, PosixFilePermissions.fromString("rwx------"));
                // The system says no to a file with this mode only where the whole file system is closed to programs.
                if (!Files.isExecutable(probe)) {
                    throw new FileSystemException(
                            folder.toString(), null, "it is mounted noexec, so that no library can be loaded from it");
                }
            }
        } finally {
            Files.delete(probe);
        }
    }

    /** The reason of a failure, for people, without the folder's name. */
    static String reason(IOException e) {
        if (e instanceof NoSuchFileException) {
            return "there is no such folder";
        }
        if (e instanceof AccessDeniedException) {
            return "it cannot be written";
        }
        String reason = e instanceof FileSystemException file ? file.getReason() : e.getMessage();
        return reason == null ? e.toString() : reason;
    }
}
