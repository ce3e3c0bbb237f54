package org.clattention.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.clattention.config.DataType;
import org.clattention.config.HostTensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsFileTest {
    private static final List<DataType> TYPES = DataType.plain();

    @TempDir
    Path folder;

    static Stream<BadFiles.BadFile> badContainers() {
        return BadFiles.containers().stream();
    }

    @ParameterizedTest
    @MethodSource("badContainers")
    void refusesBadFileInOneLine(BadFiles.BadFile bad) throws IOException {
        Path file = bad.create(folder);

        assertThatThrownBy(() -> SafetensorsFile.open(file))
                .isInstanceOf(InvalidFileException.class)
                .message()
                .startsWith(file + ": ")
                .contains(bad.expected())
                .hasLineCount(1)
                .hasSizeLessThan(1000);
    }

    @Test
    void takesTheGoodFileThatTheBadOnesAreMadeFrom() throws IOException {
        SafetensorsFile file = SafetensorsFile.open(write(BadFiles.good()));

        assertThat(file.names()).containsExactly("in.x", "out.y");
        assertThat(file.metadata()).containsEntry("op", "multi_head_attention").hasSize(7);
    }

    @Test
    void namesAMissingTensor() throws IOException {
        Path path = write(BadFiles.good());
        SafetensorsFile file = SafetensorsFile.open(path);

        assertThat(file.has("in.x")).isTrue();
        assertThat(file.has("in.y")).isFalse();
        assertThatThrownBy(() -> file.tensor("in.y"))
                .isInstanceOf(InvalidFileException.class)
                .hasMessage(path + ": has no tensor in.y");
    }

    @Test
    void readsEveryType() throws IOException {
        Map<String, HostTensor> tensors = new LinkedHashMap<>();
        for (DataType type : DataType.plain()) {
            tensors.put(type.name(), bytes(type, new Random(1), 2, 3));
        }
        assertRoundTrip(Map.of(), tensors);
    }

    @Test
    void readsScalarsAndEmptyTensors() throws IOException {
        Map<String, HostTensor> tensors = new LinkedHashMap<>();
        tensors.put("first", HostTensor.of(new float[0], 0));
        tensors.put("scalar", HostTensor.ofDoubles(new double[] {Math.PI}));
        tensors.put("empty", HostTensor.of(new float[0], 2, 0, 3));
        tensors.put("value", HostTensor.ofLongs(new long[] {Long.MIN_VALUE}, 1));
        tensors.put("last", HostTensor.of(new float[0], 0, 7));
        assertRoundTrip(Map.of("key", "value"), tensors);

        assertRoundTrip(Map.of(), Map.of());
        assertRoundTrip(Map.of(), Map.of("only", HostTensor.of(new float[0], 0)));
    }

    @Test
    void readsMetadataAndNamesOfAnyText() throws IOException {
        String text = "quotes \" \\ tab \t newline \n zero \0 umlaut ä emoji \ud83d\ude00";
        assertRoundTrip(Map.of(text, text, "", ""), Map.of(text, HostTensor.of(new float[] {1}, 1)));
    }

    @Test
    void readsTensorsThatDoNotBeginAligned() throws IOException {
        String header = "{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]},"
                + "\"b\":{\"dtype\":\"F64\",\"shape\":[2],\"data_offsets\":[1,17]}}";
        for (int padding = 0; padding < 8; padding++) {
            ByteBuffer data = ByteBuffer.allocate(17).order(ByteOrder.LITTLE_ENDIAN);
            data.put(0, (byte) 200).putDouble(1, 1.5).putDouble(9, -2.5e300);

            SafetensorsFile file = SafetensorsFile.open(write(RawFile.raw(header + " ".repeat(padding), data.array())));

            assertThat(file.tensor("a").getLong(0)).isEqualTo(200);
            assertThat(file.tensor("b").toDoubles()).containsExactly(1.5, -2.5e300);
        }
    }

    @Test
    void readsTensorsWhoseBytesAreInAnotherOrderThanTheHeader() throws IOException {
        String header = RawFile.header(RawFile.OUT_Y, RawFile.IN_X);
        ByteBuffer data = ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < 6; i++) {
            data.putFloat(4 * i, i);
        }

        SafetensorsFile file = SafetensorsFile.open(write(RawFile.raw(header, data.array())));

        assertThat(file.names()).containsExactly("out.y", "in.x");
        assertThat(file.tensor("in.x").toFloats()).containsExactly(0, 1, 2, 3);
        assertThat(file.tensor("out.y").toFloats()).containsExactly(4, 5);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void roundTripsRandomFiles(long seed) throws IOException {
        Random random = new Random(seed);
        for (int trial = 0; trial < 25; trial++) {
            Map<String, HostTensor> tensors = new LinkedHashMap<>();
            int count = random.nextInt(8);
            for (int i = 0; i < count; i++) {
                DataType type = TYPES.get(random.nextInt(TYPES.size()));
                long[] shape = random.longs(random.nextInt(5), 0, 6).toArray();
                tensors.put("tensor." + random.nextInt(1000), bytes(type, random, shape));
            }
            Map<String, String> metadata = new LinkedHashMap<>();
            for (int i = random.nextInt(4); i > 0; i--) {
                metadata.put("key" + i, Long.toString(random.nextLong()));
            }
            assertRoundTrip(metadata, tensors);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void neverFailsInAnyOtherWayOnDamagedBytes(long seed) throws IOException {
        Random random = new Random(seed);
        byte[] good = BadFiles.good();
        int refused = 0;
        for (int trial = 0; trial < 500; trial++) {
            byte[] damaged = Arrays.copyOf(good, random.nextInt(4) == 0 ? random.nextInt(good.length) : good.length);
            for (int i = random.nextInt(3); i > 0 && damaged.length > 0; i--) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
            }
            try {
                SafetensorsFile file = SafetensorsFile.open(write(damaged));
                file.names().forEach(file::tensor);
            } catch (InvalidFileException e) {
                assertThat(e.getMessage()).hasLineCount(1);
                refused++;
            }
        }
        assertThat(refused).isBetween(100, 499);
    }

    @Test
    void readsBeyondTwoGibibytes() throws IOException {
        long each = 1_600_000_000L;
        String header = "{" + tensor("a", "U8", each, 0, each) + "," + tensor("b", "U8", each, each, 2 * each) + ","
                + tensor("c", "F32", 4, 2 * each, 2 * each + 16) + "}";
        Path path = sparse(header, 2 * each + 16);
        try (RandomAccessFile raw = new RandomAccessFile(path.toFile(), "rw")) {
            raw.seek(raw.length() - 4);
            raw.writeInt(Integer.reverseBytes(Float.floatToIntBits(42)));
            raw.seek(8 + header.length() + 2 * each - 1);
            raw.write(7);
        }

        SafetensorsFile file = SafetensorsFile.open(path);

        assertThat(file.tensor("a").elements()).isEqualTo(each);
        assertThat(file.tensor("b").getLong((int) each - 1)).isEqualTo(7);
        assertThat(file.tensor("c").toFloats()).containsExactly(0, 0, 0, 42);
    }

    @Test
    void refusesOneTensorOfTwoGibibytesButReadsItsNeighbours() throws IOException {
        long large = 1L << 31;
        String header = "{" + tensor("a", "F32", 1, 0, 4) + "," + tensor("large", "U8", large, 4, 4 + large) + ","
                + tensor("b", "U8", large - 1, 4 + large, 3 + 2 * large) + "}";

        Path path = sparse(header, 3 + 2 * large);
        SafetensorsFile file = SafetensorsFile.open(path);

        assertThat(file.tensor("a").toFloats()).containsExactly(0);
        assertThat(file.tensor("b").getLong(Integer.MAX_VALUE - 1)).isZero();
        assertThatThrownBy(() -> file.tensor("large"))
                .isInstanceOf(InvalidFileException.class)
                .hasMessage(path + ": tensor large: 2147483648 bytes; a single tensor must have less than 2 GiB"
                        + " (2147483648 bytes)");
    }

    @Test
    void readsVeryManyTensors() throws IOException {
        Map<String, HostTensor> tensors = new LinkedHashMap<>();
        for (int i = 0; i < 100_000; i++) {
            tensors.put("t" + i, HostTensor.ofInts(new int[] {i}, 1));
        }
        assertRoundTrip(Map.of(), tensors);
    }

    private void assertRoundTrip(Map<String, String> metadata, Map<String, HostTensor> tensors) throws IOException {
        Path path = folder.resolve("round-trip.safetensors");
        SafetensorsWriter.write(path, metadata, tensors);
        SafetensorsFile file = SafetensorsFile.open(path);

        assertThat(file.metadata()).containsExactlyEntriesOf(metadata);
        List<String> names = new ArrayList<>(tensors.keySet());
        assertThat(new ArrayList<>(file.names())).isEqualTo(names);
        Collections.shuffle(names, new Random(0));
        for (String name : names) {
            HostTensor got = file.tensor(name);
            HostTensor want = tensors.get(name);
            if (got.type() != want.type()
                    || !Arrays.equals(got.shape(), want.shape())
                    || !got.data().equals(want.data())) {
                throw new AssertionError(name + ": got " + got + ", want " + want + ", or their bytes differ");
            }
        }
    }

    private static HostTensor bytes(DataType type, Random random, long... shape) {
        long elements = Arrays.stream(shape).reduce(1, (a, b) -> a * b);
        byte[] bytes = new byte[(int) elements * type.bytes()];
        random.nextBytes(bytes);
        return HostTensor.wrap(type, ByteBuffer.wrap(bytes), shape);
    }

    private static String tensor(String name, String dtype, long elements, long begin, long end) {
        return "\"" + name + "\":{\"dtype\":\"" + dtype + "\",\"shape\":[" + elements + "],\"data_offsets\":[" + begin
                + "," + end + "]}";
    }

    private Path sparse(String header, long dataBytes) throws IOException {
        Path path = write(RawFile.raw(header, new byte[0]));
        try (RandomAccessFile raw = new RandomAccessFile(path.toFile(), "rw")) {
            raw.setLength(8 + header.getBytes(StandardCharsets.UTF_8).length + dataBytes);
        }
        return path;
    }

    private Path write(byte[] bytes) throws IOException {
        return Files.write(folder.resolve("file.safetensors"), bytes);
    }

    @Test
    void aThreadThatIsInterruptedDisturbsNobody() throws IOException {
        HostTensor tensor = SafetensorsFile.open(write(BadFiles.good())).tensor("in.x");
        ByteBuffer before = tensor.data();
        Thread.currentThread().interrupt();
        assertThat(tensor.data()).isEqualTo(before);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(tensor.data()).isEqualTo(before);
    }

    @Test
    void aFileCutShortIsSaidWhenItIsRead() throws IOException {
        Path path = write(BadFiles.good());
        SafetensorsFile file = SafetensorsFile.open(path);
        HostTensor x = file.tensor("in.x");
        HostTensor y = file.tensor("out.y");
        try (RandomAccessFile cut = new RandomAccessFile(path.toFile(), "rw")) {
            cut.setLength(cut.length() - 1);
        }
        assertThat(x.toFloats()).hasSize((int) x.elements());
        for (Runnable access : List.<Runnable>of(
                y::data,
                y::toFloats,
                y::toDoubles,
                () -> y.getFloat(0),
                () -> y.to(DataType.F16),
                () -> y.reshape(y.elements()).rows(1, 2).data())) {
            assertThatThrownBy(access::run)
                    .isInstanceOf(InvalidFileException.class)
                    .hasMessageStartingWith(path + ": has become shorter: ");
        }
        assertThat(y.reshape(y.elements()).rows(0, 1).data().remaining()).isEqualTo(4);
    }
}
