package org.clattention.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.clattention.config.HostTensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsWriterTest {
    @TempDir
    Path folder;

    @Test
    void writesExactlyTheFormat() throws IOException {
        Map<String, HostTensor> tensors = new LinkedHashMap<>();
        tensors.put("b", HostTensor.of(new float[] {1, 2}, 2, 1));
        tensors.put("a", HostTensor.ofBooleans(new boolean[] {true, false, true}, 3));
        Path file = folder.resolve("file.safetensors");

        SafetensorsWriter.write(file, Map.of("k", "v"), tensors);

        byte[] bytes = Files.readAllBytes(file);
        int length = (int) ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
        assertThat(length % 8).isZero();
        String header = new String(bytes, 8, length, StandardCharsets.UTF_8);
        assertThat(header.stripTrailing())
                .isEqualTo("{\"__metadata__\":{\"k\":\"v\"},"
                        + "\"b\":{\"dtype\":\"F32\",\"shape\":[2,1],\"data_offsets\":[0,8]},"
                        + "\"a\":{\"dtype\":\"BOOL\",\"shape\":[3],\"data_offsets\":[8,11]}}");
        assertThat(bytes).hasSize(8 + length + 11).endsWith(0, 0, 0x80, 0x3f, 0, 0, 0, 0x40, 1, 0, 1);
    }

    @Test
    void replacesAnOlderFileAndLeavesNothingElseBehind() throws IOException {
        Path file = folder.resolve("file.safetensors");
        Files.writeString(file, "older");

        SafetensorsWriter.write(file, Map.of(), Map.of("a", HostTensor.of(new float[] {3}, 1)));

        assertThat(SafetensorsFile.open(file).tensor("a").toFloats()).containsExactly(3);
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void leavesNothingBehindWhenItCannotMoveIntoPlace() throws IOException {
        Path file = Files.createDirectories(folder.resolve("taken/inner")).getParent();

        assertThatThrownBy(() -> SafetensorsWriter.write(file, Map.of(), Map.of()))
                .isInstanceOf(IOException.class);

        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void refusesWhatAReaderWouldRefuse() {
        Path file = folder.resolve("file.safetensors");
        HostTensor tensor = HostTensor.of(new float[] {3}, 1);

        assertThatThrownBy(() -> SafetensorsWriter.write(file, Map.of(), Map.of("__metadata__", tensor)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("__metadata__");
        assertThatThrownBy(() -> SafetensorsWriter.write(file, Map.of(), Map.of("\ud800", tensor)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("surrogate");
        assertThat(file).doesNotExist();
    }
}
