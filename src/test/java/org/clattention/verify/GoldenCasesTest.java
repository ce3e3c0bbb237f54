package org.clattention.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.clattention.AttentionEngine;
import org.clattention.config.HostTensor;
import org.clattention.testing.DeviceTest;
import org.clattention.testing.TestDevice;
import org.junit.jupiter.api.Test;

/**
 * Answers from elsewhere: the golden cases of the project, and the suite in the folder that
 * {@code -Dclattention.conformance} names. Run on every device and on the reference: none may fail, and a case that is
 * left out says one of the known reasons.
 */
class GoldenCasesTest extends DeviceTest {
    /** What an engine may still lack. */
    private static final List<String> KNOWN_GAPS = List.of(
            "the engine does not have (latent_attention|transformer_block|rotary_embedding|layer_normalization"
                    + "|rms_normalization|gelu|swish|rotary embedding) yet",
            "the engine does not take (past_key|past_value|q_norm|k_norm|position_ids|sinks|alibi_slopes|head_gate) yet",
            "the engine does not return present_(key|value) yet",
            "the engine does not store activations as (F16|BF16) yet");

    @Test
    void projectCasesOnTheDevice() throws IOException {
        assumeTrue(device != TestDevice.RUSTICL, "takes a minute there, and scripts/test has the command line do it");
        onDevice(projectCases());
    }

    @Test
    void conformanceCasesOnTheDevice() throws IOException {
        onDevice(conformanceCases());
    }

    @Test
    void projectCasesOnTheReference() throws IOException {
        onReference(projectCases());
    }

    @Test
    void conformanceCasesOnTheReference() throws IOException {
        onReference(conformanceCases());
    }

    private void onDevice(List<Path> files) {
        assumeTrue(!device.simulated(), "too slow for a simulator");
        try (AttentionEngine engine = device.open()) {
            Map<String, List<String>> skipped = run(new EngineRunner(engine), files);
            assertThat(skipped.keySet()).allMatch(reason -> KNOWN_GAPS.stream().anyMatch(reason::matches));
            assertThat(skipped.values().stream().mapToInt(List::size).sum()).isLessThan(files.size());
        }
    }

    private void onReference(List<Path> files) {
        assumeTrue(device == TestDevice.any(), "the reference needs no device: once is enough");
        assertThat(run(new ReferenceRunner(), files)).isEmpty();
    }

    /** Runs the cases; returns those left out, by reason. */
    private static Map<String, List<String>> run(CaseRunner runner, List<Path> files) {
        List<String> failures = new ArrayList<>();
        Map<String, List<String>> skipped = new TreeMap<>();
        for (Path file : files) {
            GoldenCase goldenCase = GoldenCaseFile.read(file);
            try {
                Map<String, HostTensor> got = runner.run(goldenCase);
                goldenCase.outputs().forEach((name, want) -> {
                    HostTensor answer = got.get(name);
                    Comparison comparison = answer == null
                            ? new Comparison(false, 0, 0, name + " is missing")
                            : Comparison.compare(name, answer, want, goldenCase.rtol(), goldenCase.atol());
                    if (!comparison.passed()) {
                        failures.add(goldenCase.name() + ": " + comparison.reason());
                    }
                });
            } catch (UnsupportedCaseException e) {
                skipped.computeIfAbsent(String.valueOf(e.getMessage()), reason -> new ArrayList<>())
                        .add(goldenCase.name());
            }
        }
        assertThat(failures).isEmpty();
        return skipped;
    }

    private static List<Path> projectCases() throws IOException {
        return cases(Path.of("test-data"));
    }

    private static List<Path> conformanceCases() throws IOException {
        return cases(Path.of(System.getProperty("clattention.conformance", "../shared/conformance/onnx")));
    }

    private static List<Path> cases(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return abort("there is no folder " + folder + " with cases");
        }
        try (Stream<Path> walk = Files.walk(folder)) {
            List<Path> files = walk.filter(f -> f.toString().endsWith(".safetensors"))
                    .filter(f -> !Files.exists(f.resolveSibling("config.json")))
                    .sorted()
                    .toList();
            return files.isEmpty() ? abort("the folder " + folder + " has no cases") : files;
        }
    }
}
