package org.clattention.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.clattention.config.HostTensor;

/** Writes safetensors files. Equal arguments give equal bytes. */
public final class SafetensorsWriter {
    private static final String METADATA = "__metadata__";

    private SafetensorsWriter() {}

    /**
     * Writes a file, replacing an older one only when the new one is complete.
     *
     * @param metadata left out of the file if empty; in the order of the map
     * @param tensors in the order of the map
     * @throws IOException if writing fails; an older file is then unharmed
     * @throws IllegalArgumentException if a tensor has the reserved name {@code __metadata__}, or the header would be
     *     longer than readers accept, or a text has an unpaired surrogate
     */
    public static void write(Path file, Map<String, String> metadata, Map<String, HostTensor> tensors)
            throws IOException {
        byte[] header = header(metadata, tensors);
        Path target = file.toAbsolutePath();
        // In the same folder, because a move is atomic only within one file system.
        Path draft = target.resolveSibling("." + target.getFileName() + "." + UUID.randomUUID() + ".tmp");
        try {
            try (FileChannel channel =
                    FileChannel.open(draft, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW)) {
                ByteBuffer length = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
                writeFully(channel, length.putLong(0, header.length));
                writeFully(channel, ByteBuffer.wrap(header));
                for (HostTensor tensor : tensors.values()) {
                    writeFully(channel, tensor.data());
                }
                channel.force(true);
            }
            Files.move(draft, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(draft);
        }
    }

    private static byte[] header(Map<String, String> metadata, Map<String, HostTensor> tensors) {
        if (tensors.containsKey(METADATA)) {
            throw new IllegalArgumentException("tensors: the name " + METADATA + " is reserved");
        }
        Map<String, Object> header = new LinkedHashMap<>();
        if (!metadata.isEmpty()) {
            header.put(METADATA, metadata);
        }
        long begin = 0;
        for (Map.Entry<String, HostTensor> e : tensors.entrySet()) {
            HostTensor tensor = e.getValue();
            if (tensor.type().isQuantized()) {
                throw new IllegalArgumentException("tensors: " + e.getKey() + " is " + tensor.type()
                        + ", which safetensors files have no type for; convert it to a floating-point type");
            }
            long end = begin + tensor.data().remaining();
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("dtype", tensor.type().name());
            fields.put("shape", Arrays.stream(tensor.shape()).boxed().toList());
            fields.put("data_offsets", List.of(begin, end));
            header.put(e.getKey(), fields);
            begin = end;
        }
        String text = JsonWriter.toJson(header);
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
            throw new IllegalArgumentException("metadata, tensors: a name or value has an unpaired surrogate");
        }
        byte[] json = text.getBytes(StandardCharsets.UTF_8);
        // Spaces up to a multiple of eight, so that the data begin aligned.
        byte[] padded = Arrays.copyOf(json, (json.length + 7) / 8 * 8);
        Arrays.fill(padded, json.length, padded.length, (byte) ' ');
        if (padded.length > SafetensorsFile.MAX_HEADER_BYTES) {
            throw new IllegalArgumentException("tensors: a header of " + padded.length + " bytes is over the limit of "
                    + SafetensorsFile.MAX_HEADER_BYTES);
        }
        return padded;
    }

    private static void writeFully(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }
}
