package org.clattention.io;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Clear words for paths that cannot be read as files. */
final class RegularFile {
    private RegularFile() {}

    /** Fails unless {@code file} is an existing regular file: opening a pipe, for one, would block. */
    static void require(Path file) {
        if (Files.isRegularFile(file)) {
            return;
        }
        if (Files.isDirectory(file)) {
            throw new InvalidFileException(file, "is a folder, not a file");
        }
        throw new InvalidFileException(file, Files.exists(file) ? "is not a regular file" : "no such file");
    }

    /** What to throw when reading {@code file} failed. */
    static InvalidFileException unreadable(Path file, IOException e) {
        if (e instanceof AccessDeniedException) {
            return new InvalidFileException(file, "cannot be read: permission denied", e);
        }
        return new InvalidFileException(
                file, "cannot be read: " + e.getClass().getSimpleName() + ": " + e.getMessage(), e);
    }
}
