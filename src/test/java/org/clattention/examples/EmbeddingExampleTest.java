package org.clattention.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.clattention.AttentionEngine;
import org.clattention.config.DataType;
import org.clattention.config.DeviceInfo;
import org.clattention.config.HostTensor;
import org.clattention.io.SafetensorsWriter;
import org.clattention.verify.Attributes;
import org.clattention.verify.GoldenCase;
import org.clattention.verify.ReferenceRunner;
import org.clattention.verify.SeededTensors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program of the README runs, and gives what the reference gives for the whole sequence. */
class EmbeddingExampleTest {
    private static final int WIDTH = 64;
    private static final int LENGTH = 6;

    @TempDir
    Path folder;

    @Test
    void agreesWithTheReference() throws IOException {
        assumeTrue(AttentionEngine.devices().stream().anyMatch(DeviceInfo::usable), "no OpenCL device");
        HostTensor wq = SeededTensors.tensor(1, 0, 0.1, WIDTH, WIDTH).to(DataType.BF16);
        HostTensor wk = SeededTensors.tensor(1, 1, 0.1, WIDTH / 2, WIDTH).to(DataType.BF16);
        HostTensor wv = SeededTensors.tensor(1, 2, 0.1, WIDTH / 2, WIDTH).to(DataType.BF16);
        HostTensor wo = SeededTensors.tensor(1, 3, 0.1, WIDTH, WIDTH).to(DataType.BF16);
        HostTensor x = SeededTensors.tensor(1, 4, 1, 1, LENGTH, WIDTH);
        Map<String, HostTensor> file = new LinkedHashMap<>();
        String layer0 = "model.layers.0.self_attn.";
        file.put(layer0 + "q_proj.weight", wq);
        file.put(layer0 + "k_proj.weight", wk);
        file.put(layer0 + "v_proj.weight", wv);
        file.put(layer0 + "o_proj.weight", wo);
        Path model = folder.resolve("model.safetensors");
        SafetensorsWriter.write(model, Map.of(), file);

        float[] all = x.toFloats();
        float[] prompt = Arrays.copyOf(all, (LENGTH - 1) * WIDTH);
        float[] next = Arrays.copyOfRange(all, (LENGTH - 1) * WIDTH, LENGTH * WIDTH);
        float[] got = EmbeddingExample.promptAndOneToken(model, prompt, LENGTH - 1, next);

        Map<String, Object> rope = Map.of("style", "half", "theta", 10000.0);
        Attributes attributes =
                new Attributes(Map.of("num_heads", 4L, "num_kv_heads", 2L, "causal", true, "rope", rope));
        Map<String, HostTensor> inputs = Map.of("x", x, "w_q", wq, "w_k", wk, "w_v", wv, "w_o", wo);
        GoldenCase whole =
                new GoldenCase("readme", "multi_head_attention", attributes, 1e-4, 1e-5, "", inputs, Map.of("y", x));
        double[] want = new ReferenceRunner().run(whole).get("y").toDoubles();
        for (int c = 0; c < WIDTH; c++) {
            assertThat((double) got[c]).isEqualTo(want[(LENGTH - 1) * WIDTH + c], within(1e-5));
        }
    }

    @Test
    void standsInTheReadme() throws IOException {
        String source = Files.readString(Path.of("src/test/java/org/clattention/examples/EmbeddingExample.java"));
        String body = source.substring(
                        source.indexOf("// README: begin\n") + "// README: begin\n".length(),
                        source.indexOf("    // README: end"))
                .stripTrailing()
                .stripIndent();
        assertThat(Files.readString(Path.of("README.md"))).contains(body);
    }
}
