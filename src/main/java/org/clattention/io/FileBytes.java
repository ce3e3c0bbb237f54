package org.clattention.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a file, read where they are asked for: a mapped file that somebody cuts short would end the JVM. It stays open
 * until nobody can reach it any more. Thread-safe, also for threads that are interrupted.
 */
final class FileBytes {
    /** Read at once, so that what the JVM keeps for reading into its heap stays small and in the processor's cache. */
    private static final int PART_BYTES = 1 << 20;

    private final Path file;
    private final @Nullable Object key;
    private final long size;
    private volatile FileChannel channel;

    private FileBytes(Path file) throws IOException {
        this.file = file;
        this.channel = FileChannel.open(file, StandardOpenOption.READ);
        this.key = key(file);
        this.size = channel.size();
    }

    /**
     * Opens a file.
     *
     * @throws InvalidFileException if it is no regular file or cannot be read
     */
    static FileBytes open(Path file) {
        RegularFile.require(file);
        try {
            return new FileBytes(file);
        } catch (IOException e) {
            throw RegularFile.unreadable(file, e);
        }
    }

    private static @Nullable Object key(Path file) throws IOException {
        return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
    }

    /** The file's size when it was opened. */
    long size() {
        return size;
    }

    /**
     * Fills a buffer with the bytes from a position on.
     *
     * @throws InvalidFileException if the file has become shorter, or cannot be read any more
     */
    void read(long position, ByteBuffer target) {
        boolean interrupted = false;
        long at = position;
        try {
            while (target.hasRemaining()) {
                FileChannel open = channel;
                try {
                    at += read(open, at, target);
                } catch (ClosedChannelException e) {
                    // Interrupting a thread that reads closes the channel for all.
                    interrupted |= Thread.interrupted();
                    reopen(open);
                }
            }
        } catch (IOException e) {
            throw RegularFile.unreadable(file, e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private int read(FileChannel open, long at, ByteBuffer target) throws IOException {
        ByteBuffer part = target.slice(target.position(), Math.min(PART_BYTES, target.remaining()));
        int count = open.read(part, at);
        if (count <= 0) {
            throw new InvalidFileException(
                    file, "has become shorter: " + size + " bytes when it was opened, now " + open.size() + " bytes");
        }
        target.position(target.position() + count);
        return count;
    }

    private synchronized void reopen(FileChannel closed) throws IOException {
        if (channel == closed) {
            FileChannel again = FileChannel.open(file, StandardOpenOption.READ);
            if (!Objects.equals(key, key(file))) {
                again.close();
                throw new InvalidFileException(file, "has been replaced by another file");
            }
            channel = again;
        }
    }

    /** Closes the file early, where nobody will read it. */
    void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw RegularFile.unreadable(file, e);
        }
    }
}
