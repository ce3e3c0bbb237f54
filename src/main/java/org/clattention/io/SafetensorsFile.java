package org.clattention.io;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import org.clattention.config.HostTensor;

/**
 * A safetensors file, checked in full when it is opened: eight bytes of header length, a JSON header of at most 100 MB,
 * then the tensors' bytes without overlap or hole. The data are read when a tensor's are asked for, from a file that stays
 * open as long as one of its tensors is reachable; if somebody has cut it short meanwhile, that is an {@link
 * InvalidFileException}.
 *
 * <p>The file may have any size; a single tensor must have less than 2 GiB. Tensors may begin at any byte.
 */
public final class SafetensorsFile {
    /** The longest header that is accepted, in bytes. */
    public static final int MAX_HEADER_BYTES = 100_000_000;

    private static final int LENGTH_BYTES = 8;

    private final Path file;
    private final SafetensorsHeader header;
    private final FileBytes bytes;
    private final long dataStart;

    private SafetensorsFile(Path file, SafetensorsHeader header, FileBytes bytes, long dataStart) {
        this.file = file;
        this.header = header;
        this.bytes = bytes;
        this.dataStart = dataStart;
    }

    /**
     * Opens and checks a file. Nothing needs to be closed.
     *
     * @throws InvalidFileException if it is missing, unreadable or breaks any rule of the format
     */
    public static SafetensorsFile open(Path file) {
        FileBytes bytes = FileBytes.open(file);
        try {
            int headerBytes = headerLength(file, bytes);
            byte[] utf8 = read(bytes, LENGTH_BYTES, headerBytes).array();
            long dataStart = (long) LENGTH_BYTES + headerBytes;
            SafetensorsHeader header = SafetensorsHeader.parse(file, utf8, bytes.size() - dataStart);
            return new SafetensorsFile(file, header, bytes, dataStart);
        } catch (RuntimeException | Error e) {
            bytes.close();
            throw e;
        }
    }

    /** The file's {@code __metadata__}, in its order; empty if there is none. */
    public Map<String, String> metadata() {
        return Collections.unmodifiableMap(header.metadata());
    }

    /** The tensors' names, in the header's order. */
    public Set<String> names() {
        return Collections.unmodifiableSet(header.entries().keySet());
    }

    /** True if the file has this tensor. */
    public boolean has(String name) {
        return header.entries().containsKey(name);
    }

    /**
     * A tensor whose bytes are read from the file when they are asked for, and not kept.
     *
     * @throws InvalidFileException if the file does not have it, or it has 2 GiB or more
     */
    public HostTensor tensor(String name) {
        TensorEntry entry = header.entries().get(name);
        if (entry == null) {
            throw new InvalidFileException(file, "has no tensor " + name);
        }
        if (entry.bytes() > Integer.MAX_VALUE) {
            throw new InvalidFileException(
                    file,
                    "tensor " + name + ": " + entry.bytes() + " bytes; a single tensor must have less than 2 GiB"
                            + " (2147483648 bytes)");
        }
        long begin = dataStart + entry.begin;
        return HostTensor.stored(entry.type, (at, target) -> bytes.read(begin + at, target), entry.shape);
    }

    private static int headerLength(Path file, FileBytes bytes) {
        long size = bytes.size();
        if (size < LENGTH_BYTES) {
            throw new InvalidFileException(
                    file, size == 0 ? "is empty" : "has " + size + " bytes: too short for a safetensors file");
        }
        long length = read(bytes, 0, LENGTH_BYTES).getLong(0);
        if (Long.compareUnsigned(length, MAX_HEADER_BYTES) > 0) {
            throw new InvalidFileException(
                    file,
                    "header length " + Long.toUnsignedString(length) + " is over the limit of " + MAX_HEADER_BYTES
                            + " bytes: not a safetensors file");
        }
        if (length > size - LENGTH_BYTES) {
            throw new InvalidFileException(
                    file,
                    "header length " + length + ", but only " + (size - LENGTH_BYTES)
                            + " bytes follow: truncated or not a safetensors file");
        }
        return (int) length;
    }

    private static ByteBuffer read(FileBytes bytes, long position, int count) {
        ByteBuffer out = ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
        bytes.read(position, out);
        return out.flip();
    }
}
