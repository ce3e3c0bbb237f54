package org.clattention.backend.opencl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.clattention.opencl.ProgramSource;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Kernel sources: what they include, and what they define for the host. */
@Tag("small")
class KernelSourcesTest {
    private static final Path FOLDER = Path.of("kernels-cl");

    @Test
    void everySourceIsPartOfAProgram() throws IOException {
        TreeSet<String> used = Arrays.stream(KernelId.values())
                .flatMap(id -> files(id.files()).stream())
                .collect(Collectors.toCollection(TreeSet::new));
        try (Stream<Path> sources = Files.walk(FOLDER)) {
            assertThat(used)
                    .containsExactlyInAnyOrderElementsOf(
                            sources.filter(f -> f.toString().endsWith(".cl"))
                                    .map(f -> FOLDER.relativize(f).toString().replace('\\', '/'))
                                    .toList());
        }
    }

    @Test
    void aProgramHasEachFileOnceAfterWhatItIncludes() {
        for (KernelId id : KernelId.values()) {
            List<String> files = files(id.files());
            assertThat(files).as("%s", id).doesNotHaveDuplicates().startsWith("common/storage.cl");
            assertThat(files.get(files.size() - 1)).isEqualTo(id.files().get(1));
        }
        assertThat(files(KernelId.PACKED_PRODUCT.files()))
                .contains("cpu/packed_panel.cl")
                .doesNotContain("cpu/packed_panel_quantized.cl");
        assertThat(files(KernelId.QUANTIZED_PRODUCT.files()))
                .contains("cpu/packed_panel_quantized.cl", "cpu/packed_product.cl")
                .doesNotContain("cpu/packed_panel.cl");
    }

    @Test
    void structsAreTakenApart() {
        StructLayout layout = KernelDefinitions.of("common/projection.cl").struct("projection_params");
        assertThat(layout.fields().stream().map(StructLayout.Field::toString).limit(13))
                .containsExactly(
                        "int rows",
                        "int length",
                        "int inner",
                        "int first_column",
                        "int columns",
                        "int has_bias",
                        "int target[0].columns",
                        "int target[0].size",
                        "int target[0].view.offset",
                        "int target[0].view.batch",
                        "int target[0].view.head",
                        "int target[0].view.row",
                        "int target[1].columns");
        assertThat(layout.fields()).hasSize(24);
    }

    @Test
    void aFieldThatTheKernelHasNotIsAnError() {
        StructLayout view = KernelDefinitions.of("common/views.cl").struct("rows_t");
        StructWriter writer = new StructWriter(8).begin(view).integer("kind", 0);
        assertThatThrownBy(() -> writer.integer("columns", 1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("struct rows_t: the kernel's field 1 is int period, but the host writes int columns");
        assertThatThrownBy(writer::done).hasMessage("struct rows_t: 2 fields are missing");
        writer.integer("period", 1);
        assertThatThrownBy(() -> writer.real("columns", 1)).hasMessageContaining("but the host writes float columns");
        assertThat(writer.integer("columns", 7).done().remaining()).isEqualTo(12);
    }

    @Test
    void aConstantThatTheKernelHasNotIsAnError() {
        KernelDefinitions flags = KernelDefinitions.of("common/head_flags.cl");
        assertThat(flags.constant("HAS_ROTARY")).isPositive();
        assertThatThrownBy(() -> flags.constant("HAS_WINGS")).hasMessageContaining("HAS_WINGS");
        assertThatThrownBy(() -> flags.struct("head_t")).hasMessageContaining("head_t");
    }

    private static List<String> files(List<String> of) {
        return ProgramSource.ofResources("files", KernelId.FOLDER, of)
                .text()
                .lines()
                .filter(line -> line.startsWith("#line 1 "))
                .map(line -> line.substring("#line 1 \"".length(), line.length() - 1))
                .toList();
    }
}
