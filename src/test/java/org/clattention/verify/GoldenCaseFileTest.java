package org.clattention.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.clattention.config.HostTensor;
import org.clattention.io.BadFiles;
import org.clattention.io.InvalidFileException;
import org.clattention.io.SafetensorsWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class GoldenCaseFileTest {
    @TempDir
    Path folder;

    static Stream<BadFiles.BadFile> badFiles() {
        return BadFiles.all().stream();
    }

    @ParameterizedTest
    @MethodSource("badFiles")
    void refusesBadFileInOneLine(BadFiles.BadFile bad) throws IOException {
        Path file = bad.create(folder);

        assertThatThrownBy(() -> GoldenCaseFile.read(file))
                .isInstanceOf(InvalidFileException.class)
                .message()
                .startsWith(file + ": ")
                .contains(bad.expected())
                .hasLineCount(1)
                .hasSizeLessThan(1000);
    }

    @Test
    void badFilesHaveDistinctNames() {
        List<String> names = BadFiles.all().stream().map(BadFiles.BadFile::name).toList();
        assertThat(names).doesNotHaveDuplicates().hasSizeGreaterThan(100);
    }

    @Test
    void readsTheGoodFileThatTheBadOnesAreMadeFrom() throws IOException {
        GoldenCase good = GoldenCaseFile.read(Files.write(folder.resolve("a.safetensors"), BadFiles.good()));

        assertThat(good.op()).isEqualTo("multi_head_attention");
        assertThat(good.name()).isEqualTo("good");
        assertThat(good.source()).isEqualTo("by hand");
        assertThat(good.rtol()).isEqualTo(1e-3);
        assertThat(good.atol()).isZero();
        assertThat(good.attributes().getInt("num_heads", 0)).isEqualTo(2);
        assertThat(good.inputs()).containsOnlyKeys("x");
        assertThat(good.outputs()).containsOnlyKeys("y");
    }

    @Test
    void roundTripsACase() throws IOException {
        Map<String, Object> attributes = Map.of(
                "scale",
                0.3,
                "causal",
                true,
                "rope",
                Map.of("style", "half", "theta", 1e4, "dim", 8L),
                "axes",
                List.of(1L));
        GoldenCase written = new GoldenCase(
                "name",
                "attention",
                new Attributes(attributes),
                1e-3,
                1e-7,
                "somewhere",
                Map.of("Q", HostTensor.of(new float[] {1, 2}, 1, 2)),
                Map.of("Y", HostTensor.ofLongs(new long[] {3}, 1)));
        Path file = folder.resolve("case.safetensors");

        GoldenCaseFile.write(file, written);
        GoldenCase read = GoldenCaseFile.read(file);

        assertThat(read.name()).isEqualTo("name");
        assertThat(read.op()).isEqualTo("attention");
        assertThat(read.attributes().asMap()).isEqualTo(attributes);
        assertThat(read.rtol()).isEqualTo(1e-3);
        assertThat(read.atol()).isEqualTo(1e-7);
        assertThat(read.source()).isEqualTo("somewhere");
        assertThat(read.inputs().get("Q").toFloats()).containsExactly(1, 2);
        assertThat(read.outputs().get("Y").getLong(0)).isEqualTo(3);
    }

    @Test
    void takesTheNameOfTheFileIfTheCaseHasNone() throws IOException {
        Path file = folder.resolve("some_case.safetensors");
        Map<String, String> metadata =
                Map.of("format", GoldenCaseFile.FORMAT, "op", "softmax", "rtol", "0", "atol", "1E-5");
        SafetensorsWriter.write(file, metadata, Map.of("out.y", HostTensor.of(new float[] {1})));

        GoldenCase read = GoldenCaseFile.read(file);

        assertThat(read.name()).isEqualTo("some_case");
        assertThat(read.source()).isEmpty();
        assertThat(read.attributes().asMap()).isEmpty();
        assertThat(read.atol()).isEqualTo(1e-5);
    }

    @Test
    void makesWeightsAndInputFromSeeds() throws IOException {
        GoldenCase read = read(
                "{\"num_heads\":4,\"num_kv_heads\":2,\"biases\":true,\"causal\":true,"
                        + "\"random_weights\":{\"seed\":5,\"std\":0.1},"
                        + "\"random_x\":{\"seed\":6,\"std\":1.0,\"shape\":[2,3,8]}}",
                Map.of());

        assertThat(read.attributes().asMap().keySet()).isEqualTo(Set.of("num_heads", "num_kv_heads", "causal"));
        assertThat(read.inputs()).containsOnlyKeys("x", "w_q", "w_k", "w_v", "w_o", "b_q", "b_k", "b_v", "b_o");
        assertSame(read, "x", SeededTensors.tensor(6, 8, 1, 2, 3, 8));
        assertSame(read, "w_q", SeededTensors.tensor(5, 0, 0.1, 8, 8));
        assertSame(read, "w_k", SeededTensors.tensor(5, 1, 0.1, 4, 8));
        assertSame(read, "w_v", SeededTensors.tensor(5, 2, 0.1, 4, 8));
        assertSame(read, "w_o", SeededTensors.tensor(5, 3, 0.1, 8, 8));
        assertSame(read, "b_q", SeededTensors.tensor(5, 4, 0.1, 8));
        assertSame(read, "b_k", SeededTensors.tensor(5, 5, 0.1, 4));
        assertSame(read, "b_v", SeededTensors.tensor(5, 6, 0.1, 4));
        assertSame(read, "b_o", SeededTensors.tensor(5, 7, 0.1, 8));
    }

    @Test
    void seededWeightsFollowTheWidthOfTheMemory() throws IOException {
        GoldenCase read = read(
                "{\"num_heads\":2,\"biases\":false,\"random_weights\":{\"seed\":5,\"std\":1}}",
                Map.of(
                        "in.x",
                        HostTensor.of(new float[8], 1, 2, 4),
                        "in.memory",
                        HostTensor.of(new float[18], 1, 3, 6)));

        assertThat(read.inputs()).containsOnlyKeys("x", "memory", "w_q", "w_k", "w_v", "w_o");
        assertSame(read, "w_k", SeededTensors.tensor(5, 1, 1, 4, 6));
        assertSame(read, "w_v", SeededTensors.tensor(5, 2, 1, 4, 6));
        assertSame(read, "w_o", SeededTensors.tensor(5, 3, 1, 4, 4));
    }

    private GoldenCase read(String attributes, Map<String, HostTensor> inputs) throws IOException {
        Map<String, String> metadata = Map.of(
                "format",
                GoldenCaseFile.FORMAT,
                "op",
                "multi_head_attention",
                "rtol",
                "0",
                "atol",
                "0",
                "attributes",
                attributes);
        Map<String, HostTensor> tensors = new LinkedHashMap<>(inputs);
        tensors.put("out.y", HostTensor.of(new float[1], 1));
        Path file = folder.resolve("seeded.safetensors");
        SafetensorsWriter.write(file, metadata, tensors);
        return GoldenCaseFile.read(file);
    }

    private static void assertSame(GoldenCase read, String input, HostTensor want) {
        HostTensor got = read.inputs().get(input);
        assertThat(got.shape()).isEqualTo(want.shape());
        assertThat(got.data()).isEqualTo(want.data());
    }
}
