package org.clattention.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.clattention.HostTensor;
import org.clattention.io.SafetensorsWriter;

/** Golden cases for the command line's tests: softmax of two equal logits. */
final class Cases {
    private Cases() {}

    static Path right(Path folder, String name) throws IOException {
        return write(folder, name, "softmax", "{\"axis\":-1}", 0.5f);
    }

    static Path wrong(Path folder, String name) throws IOException {
        return write(folder, name, "softmax", "{\"axis\":-1}", 0.625f);
    }

    static Path unsupported(Path folder, String name) throws IOException {
        return write(folder, name, "no_such_operation", "{}", 0.5f);
    }

    /** It contradicts itself: the tensor has no such dimension. */
    static Path inconsistent(Path folder, String name) throws IOException {
        return write(folder, name, "softmax", "{\"axis\":7}", 0.5f);
    }

    /** Attention of one query to one key, of which so many are no padding. */
    static Path lengths(Path folder, long length) throws IOException {
        HostTensor one = HostTensor.of(new float[] {1}, 1, 1, 1, 1);
        return write(
                folder,
                "lengths",
                "attention",
                "{}",
                Map.of("in.Q", one, "in.K", one, "in.V", one, "out.Y", one, "in.nonpad_kv_seqlen", lengths(length)));
    }

    private static HostTensor lengths(long... lengths) {
        return HostTensor.ofLongs(lengths, lengths.length);
    }

    private static Path write(Path folder, String name, String op, String attributes, float answer) throws IOException {
        return write(
                folder,
                name,
                op,
                attributes,
                Map.of(
                        "in.x", HostTensor.of(new float[] {3, 3}, 1, 2),
                        "out.y", HostTensor.of(new float[] {answer, answer}, 1, 2)));
    }

    private static Path write(Path folder, String name, String op, String attributes, Map<String, HostTensor> tensors)
            throws IOException {
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("format", "clattention-case/1");
        metadata.put("op", op);
        metadata.put("name", name);
        metadata.put("attributes", attributes);
        metadata.put("rtol", "1e-6");
        metadata.put("atol", "0");
        metadata.put("source", "by hand");
        Path file = folder.resolve(name + ".safetensors");
        SafetensorsWriter.write(file, metadata, tensors);
        return file;
    }
}
