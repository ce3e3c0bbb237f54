package org.clattention.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.clattention.config.HostTensor;

/**
 * A safetensors file, checked in full when it is opened: eight bytes of header length, a JSON header of at most 100 MB,
 * then the tensors' bytes without overlap or hole. The data are mapped, not read: pages come in when they are touched,
 * and a mapping lives as long as a tensor of it is reachable. The file must not be shortened meanwhile.
 *
 * <p>The file may have any size; a single tensor must have less than 2 GiB. Tensors may begin at any byte.
 */
public final class SafetensorsFile {
    /** The longest header that is accepted, in bytes. */
    public static final int MAX_HEADER_BYTES = 100_000_000;

    private static final int LENGTH_BYTES = 8;

    private final Path file;
    private final SafetensorsHeader header;
    private final Map<String, HostTensor> tensors;

    private SafetensorsFile(Path file, SafetensorsHeader header, Map<String, HostTensor> tensors) {
        this.file = file;
        this.header = header;
        this.tensors = tensors;
    }

    /**
     * Opens, checks and maps a file. Nothing needs to be closed.
     *
     * @throws InvalidFileException if it is missing, unreadable or breaks any rule of the format
     */
    public static SafetensorsFile open(Path file) {
        RegularFile.require(file);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long size = channel.size();
            int headerBytes = headerLength(file, channel, size);
            byte[] utf8 = read(file, channel, LENGTH_BYTES, headerBytes).array();
            long dataStart = (long) LENGTH_BYTES + headerBytes;
            SafetensorsHeader header = SafetensorsHeader.parse(file, utf8, size - dataStart);
            return new SafetensorsFile(file, header, map(channel, dataStart, header.byPosition()));
        } catch (IOException e) {
            throw RegularFile.unreadable(file, e);
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
     * A tensor over the mapped bytes, without a copy.
     *
     * @throws InvalidFileException if the file does not have it, or it has 2 GiB or more
     */
    public HostTensor tensor(String name) {
        HostTensor tensor = tensors.get(name);
        if (tensor != null) {
            return tensor;
        }
        TensorEntry entry = header.entries().get(name);
        throw new InvalidFileException(
                file,
                entry == null
                        ? "has no tensor " + name
                        : "tensor " + name + ": " + entry.bytes() + " bytes; a single tensor must have less than 2 GiB"
                                + " (2147483648 bytes)");
    }

    private static int headerLength(Path file, FileChannel channel, long size) throws IOException {
        if (size < LENGTH_BYTES) {
            throw new InvalidFileException(
                    file, size == 0 ? "is empty" : "has " + size + " bytes: too short for a safetensors file");
        }
        long length = read(file, channel, 0, LENGTH_BYTES).getLong(0);
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

    private static ByteBuffer read(Path file, FileChannel channel, long position, int bytes) throws IOException {
        ByteBuffer out = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        while (out.hasRemaining()) {
            if (channel.read(out, position + out.position()) < 0) {
                throw new InvalidFileException(file, "became shorter while it was read");
            }
        }
        return out.flip();
    }

    /**
     * Maps neighbours together, as many as one buffer can hold: one mapping per tensor would let a file with very many
     * tensors exhaust the system's limit on mappings. Tensors too large for a buffer are left out.
     */
    private static Map<String, HostTensor> map(FileChannel channel, long dataStart, List<TensorEntry> entries)
            throws IOException {
        Map<String, HostTensor> out = new HashMap<>();
        int first = 0;
        while (first < entries.size()) {
            long begin = entries.get(first).begin;
            int last = first;
            while (last < entries.size() && entries.get(last).end - begin <= Integer.MAX_VALUE) {
                last++;
            }
            if (last == first) {
                first++;
                continue;
            }
            long bytes = entries.get(last - 1).end - begin;
            ByteBuffer region = bytes == 0
                    ? ByteBuffer.allocate(0)
                    : channel.map(FileChannel.MapMode.READ_ONLY, dataStart + begin, bytes);
            for (TensorEntry e : entries.subList(first, last)) {
                ByteBuffer slice = region.slice((int) (e.begin - begin), (int) e.bytes());
                out.put(e.name, HostTensor.wrap(e.type, slice, e.shape));
            }
            first = last;
        }
        return out;
    }
}
