package org.clattention.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HeadsCommandTest {
    private static final String CASE = "test-data/mha_causal_weights.safetensors";

    @TempDir
    Path folder;

    @Test
    void writesTableAndPageAndPicture() throws IOException {
        Path html = folder.resolve("heads.html");
        Path png = folder.resolve("heads.png");
        Cli cli = Cli.run("heads", CASE, "--device", "java", "--html", html.toString(), "--png", png.toString());
        assertThat(cli.code()).as("%s", cli).isEqualTo(ExitCode.PASSED);
        assertThat(cli.err()).isEmpty();
        List<String> lines = cli.out().lines().toList();
        assertThat(lines.get(0)).startsWith("mha_causal_weights, multi_head_attention, sequence 0, on java");
        assertThat(lines.get(1)).startsWith("layer  head  label").contains("score", "entropy");
        assertThat(lines.get(2)).matches("0 +0 +[a-z ]+ +[01]\\.\\d{3} .*");
        assertThat(Files.readString(html)).startsWith("<!doctype html>").contains("mha_causal_weights");
        BufferedImage picture = ImageIO.read(png.toFile());
        assertThat(picture.getWidth()).isGreaterThan(400);
    }

    @Test
    void ablationIsSorted() {
        Cli cli = Cli.run("heads", CASE, "--device", "java", "--ablate", "--json", "-");
        assertThat(cli.code()).as("%s", cli).isEqualTo(ExitCode.PASSED);
        Map<String, Object> json = cli.json();
        List<?> heads = (List<?>) json.get("heads");
        List<Double> changes = ((List<?>) json.get("ablation"))
                .stream()
                        .map(e -> Double.valueOf(String.valueOf(((Map<?, ?>) e).get("change"))))
                        .toList();
        assertThat(changes).hasSameSizeAs(heads).isSorted().allMatch(change -> change > 0);
        assertThat(Cli.run("heads", CASE, "--device", "java", "--ablate").out())
                .contains("without a head the output changes by");
    }

    @ParameterizedTest
    @CsvSource({
        "heads, give a case file",
        "heads --model /no/such/folder --text x, no such folder",
        "heads --model test-data/models/llama, --text",
        "heads --model test-data/models/llama --text x, no tokenizer.json",
        "heads --model test-data/models/llama --text x --weights f8, --weights f8",
        "heads --model test-data/kjv-tiny --text x --sequence 3, --sequence",
        "heads " + CASE + " --weights q8, --weights",
        "heads /no/such/case, ''",
        "heads test-data, is a folder",
        "heads test-data/README.md --device java, ''",
        "heads test-data/layer_norm.safetensors --device java, layer_normalization",
        "heads " + CASE + " --device java --sequence -1, --sequence -1",
        "heads " + CASE + " --device java --sequence 1000, --sequence 1000",
        "heads " + CASE + " --device java --html /no/such/folder/x.html, cannot be written",
        "heads " + CASE + " --device java --png /no/such/folder/x.png, cannot be written",
        "heads " + CASE + " --device reference, --device reference",
        "heads " + CASE + " --model somewhere, --model",
    })
    void badInputIsOneLine(String command, String part) {
        Cli.run(command.split(" ")).requireOneLine(ExitCode.BAD_INPUT, part);
    }

    @Test
    void anUnknownDeviceHasItsOwnCode() {
        Cli.run("heads", CASE, "--device", "nosuch").requireOneLine(ExitCode.NO_DEVICE, "device nosuch");
    }
}
