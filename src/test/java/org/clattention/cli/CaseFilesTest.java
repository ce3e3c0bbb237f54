package org.clattention.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CaseFilesTest {
    @TempDir
    Path folder;

    @Test
    void weightsOfModelsAreNoCases() throws IOException {
        Path last = file("b/case.safetensors");
        Path first = file("a.safetensors");
        file("model/config.json");
        file("model/model.safetensors");
        file("model/expected.safetensors");
        assertThat(CaseFiles.find(List.of(folder))).containsExactly(first, last);
    }

    @Test
    void aFolderOfModelsHoldsNoCase() throws IOException {
        file("config.json");
        file("model.safetensors");
        assertThatThrownBy(() -> CaseFiles.find(List.of(folder)))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("outside of model folders");
    }

    @Test
    void aFileThatIsNamedIsTakenAsItIs() throws IOException {
        file("config.json");
        Path named = file("model.safetensors");
        assertThat(CaseFiles.find(List.of(named))).containsExactly(named);
    }

    private Path file(String name) throws IOException {
        Path path = folder.resolve(name);
        Files.createDirectories(path.resolveSibling("."));
        return Files.createFile(path);
    }
}
