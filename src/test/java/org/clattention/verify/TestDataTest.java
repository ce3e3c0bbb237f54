package org.clattention.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.clattention.config.DataType;
import org.clattention.config.HostTensor;
import org.junit.jupiter.api.Test;

/** The cases of the folder test-data as files; whether their answers are right is for the engines' tests. */
class TestDataTest {
    private static final Path FOLDER = Path.of("test-data");

    @Test
    void everyCaseReadsAndIsDescribed() throws IOException {
        String readme = Files.readString(FOLDER.resolve("README.md"));
        List<Path> files = files();

        assertThat(files).hasSizeGreaterThanOrEqualTo(225);
        for (Path file : files) {
            GoldenCase read = GoldenCaseFile.read(file);
            assertThat(file).hasFileName(read.name() + ".safetensors");
            assertThat(readme).contains("`" + read.name() + "`");
            assertThat(read.source()).isNotEmpty();
            DataType type = narrowest(read);
            assertThat(read.rtol()).isLessThanOrEqualTo(type == DataType.F32 ? 1e-4 : 6.01 * unitRoundoff(type));
            assertThat(read.atol()).isBetween(1e-7, type == DataType.F32 ? 1e-4 : 12 * unitRoundoff(type));
            read.outputs().forEach((name, output) -> {
                boolean mayMask = Set.of("log_sum_exp", "qk_matmul_output").contains(name);
                assertThat(Arrays.stream(output.toDoubles()))
                        .allMatch(x -> Double.isFinite(x) || (mayMask && x == Double.NEGATIVE_INFINITY));
            });
        }
    }

    @Test
    void filesStaySmall() throws IOException {
        long total = 0;
        for (Path file : files()) {
            assertThat(file).isRegularFile();
            assertThat(Files.size(file)).isLessThan(300_000);
            total += Files.size(file);
        }
        assertThat(total).isLessThan(3_000_000);
    }

    /** With one token the weights are 1, so that y = W_o (W_v x + b_v) + b_o: the seeded tensors must be the script's. */
    @Test
    void seededTensorsAreThoseThatTheAnswerWasMadeFrom() {
        GoldenCase read = GoldenCaseFile.read(FOLDER.resolve("mha_seeded_length_one.safetensors"));

        double[] values = affine(read, "w_v", "b_v", read.inputs().get("x").toDoubles());
        double[] y = affine(read, "w_o", "b_o", values);

        assertThat(read.outputs().get("y").toDoubles()).hasSize(16).containsExactly(y, within(1e-6));
    }

    /** The type in which most rounding happens: that of the first 16-bit output, if there is one. */
    private static DataType narrowest(GoldenCase read) {
        return read.outputs().values().stream()
                .map(HostTensor::type)
                .filter(type -> type != DataType.F32)
                .findFirst()
                .orElse(DataType.F32);
    }

    private static double unitRoundoff(DataType type) {
        return type == DataType.F16 ? 0x1p-11 : 0x1p-8;
    }

    private static double[] affine(GoldenCase read, String weight, String bias, double[] x) {
        double[] w = read.inputs().get(weight).toDoubles();
        double[] y = read.inputs().get(bias).toDoubles();
        for (int i = 0; i < y.length; i++) {
            for (int j = 0; j < x.length; j++) {
                y[i] += w[i * x.length + j] * x[j];
            }
        }
        return y;
    }

    private static List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.filter(f -> f.toString().endsWith(".safetensors"))
                    .sorted()
                    .toList();
        }
    }
}
