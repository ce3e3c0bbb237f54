package org.clattention.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.ServiceLoader;
import org.clattention.bench.PeerEngine;
import org.clattention.testing.TestDevice;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BenchCommandTest {
    private static final String ROW = "latency-64/4/16-b1-s1-";

    private static Cli bench(String... options) {
        String[] all = new String[options.length + 3];
        all[0] = "bench";
        all[1] = "--device";
        all[2] = TestDevice.any().require().selector();
        System.arraycopy(options, 0, all, 3, options.length);
        return Cli.run(all);
    }

    @ParameterizedTest
    @CsvSource({
        "bench --shapes nothing-of-this-name, prefill-768/12/64-b1-s128-f32",
        "bench --weights i64, must be f32",
        "bench --weights small, small",
        "bench --cache q4_0, must be f32",
        "bench --seconds 0, more than 0",
        "bench --seconds NaN, more than 0",
        "bench --past 0, must be at least 1",
        "bench --seed -1, must not be negative",
        "bench --device reference, not the reference",
        "bench --markdown /no/such/folder/page.md, --markdown /no/such/folder/page.md: cannot be written",
    })
    void badUsageIsOneLine(String command, String part) {
        Cli.run(command.split(" ")).requireOneLine(ExitCode.BAD_INPUT, part);
    }

    @Test
    void theUsualBuildHasNoPeers() {
        assumeThat(ServiceLoader.load(PeerEngine.class)).isEmpty();
        Cli.run("bench", "--peers", "--shapes", "latency").requireOneLine(ExitCode.BAD_INPUT, "scripts/bench");
    }

    @Test
    @SuppressWarnings("unchecked")
    void theResultAsJson() {
        Cli run = bench("--shapes", "LATENCY", "--seconds", "0.02", "--naive-heads", "--profile", "--json", "-");
        assertThat(run.code()).as(run.err()).isEqualTo(ExitCode.PASSED);
        Map<String, Object> json = run.json();
        assertThat((Map<String, Object>) json.get("device")).containsKeys("selector", "driver");
        assertThat((Map<String, Object>) json.get("peak")).containsOnlyKeys("gflops", "gbs");
        List<Map<String, Object>> results = (List<Map<String, Object>>) json.get("results");
        assertThat(results).hasSize(1);
        assertThat(results.get(0))
                .containsEntry("name", ROW + "f32")
                .containsEntry("batch", 1L)
                .containsEntry("seq", 1L)
                .containsEntry("past", 0L)
                .containsEntry("dtype", "f32")
                .containsEntry("fractionOfPeak", "null")
                .containsKeys("msMedian", "msMin", "gflops", "gbs", "calls", "verified");
        assertThat((List<?>) json.get("peers")).isEmpty();
        assertThat((Map<String, Object>) json.get("naiveHeads"))
                .containsKeys("packedMsMedian", "loopMsMedian", "ratio");
        List<Map<String, Object>> profiles = (List<Map<String, Object>>) json.get("profiles");
        assertThat(profiles).hasSize(1);
        List<Map<String, Object>> kernels =
                (List<Map<String, Object>>) profiles.get(0).get("kernels");
        assertThat(kernels).isNotEmpty();
        assertThat(kernels.stream()
                        .mapToDouble(k -> ((Number) k.get("share")).doubleValue())
                        .sum())
                .isBetween(0.999, 1.001);
    }

    @ParameterizedTest
    @ValueSource(strings = {"f16", "q8_0", "Q4_0"})
    void allWeightsInOneType(String type) {
        Cli run = bench("--shapes", "latency", "--weights", type, "--seconds", "0.02");
        assertThat(run.code()).as(run.err()).isEqualTo(ExitCode.PASSED);
        assertThat(run.out()).contains(ROW + type.toLowerCase(Locale.ROOT));
    }

    /** A cache of another type is another row, with fewer bytes to read. */
    @Test
    @SuppressWarnings("unchecked")
    void cachesInOtherTypes() {
        Cli run = bench(
                "--shapes",
                "decode-768,latency",
                "--weights",
                "f32",
                "--cache",
                "q8_0",
                "--past",
                "64",
                "--seconds",
                "0.02",
                "--json",
                "-");
        assertThat(run.code()).as(run.err()).isEqualTo(ExitCode.PASSED);
        List<Map<String, Object>> results =
                (List<Map<String, Object>>) run.json().get("results");
        assertThat(results.stream().map(result -> result.get("name") + " " + result.get("cache")))
                .containsExactly("decode-768/12/64-b1-s1-p64-f32-cache-q8_0 q8_0", ROW + "f32 f32");
    }

    @Test
    void decodingAfterOtherPasts() {
        Cli run = bench("--shapes", "decode-768", "--weights", "q8_0", "--past", "5,40", "--seconds", "0.02");
        assertThat(run.code()).as(run.err()).isEqualTo(ExitCode.PASSED);
        assertThat(run.out())
                .containsOnlyOnce("decode-768/12/64-b1-s1-p5-q8_0")
                .containsOnlyOnce("decode-768/12/64-b1-s1-p40-q8_0")
                .doesNotContain("p1023");
    }

    @Test
    @SuppressWarnings("unchecked")
    void plansOfRows() {
        Cli text = bench("--shapes", "latency", "--seconds", "0.02", "--explain");
        assertThat(text.code()).as(text.err()).isEqualTo(ExitCode.PASSED);
        assertThat(text.out())
                .contains("plan of " + ROW + "f32", "project_heads  1 x 64 times 64 x 192", "attend ", ", because ");
        Cli run = bench("--shapes", "latency", "--seconds", "0.02", "--explain", "--json", "-");
        List<Map<String, Object>> results =
                (List<Map<String, Object>>) run.json().get("results");
        List<Map<String, Object>> plan =
                (List<Map<String, Object>>) results.get(0).get("plan");
        assertThat(plan.stream().map(step -> step.get("step"))).containsExactly("project_heads", "attend", "project");
    }

    @Test
    void thePageTellsHowItCameAbout(@TempDir Path folder) throws Exception {
        Path page = folder.resolve("page.md");
        Cli run = bench("--shapes", "latency", "--weights", "bf16", "--seconds", "0.02", "--markdown", page.toString());
        assertThat(run.code()).as(run.err()).isEqualTo(ExitCode.PASSED);
        assertThat(run.out()).contains(ROW + "bf16", "all 1 rows", "peak in this run");
        assertThat(Files.readString(page))
                .startsWith("# Benchmarks")
                .contains(
                        "| date | 20",
                        "| driver | ",
                        "| JVM | ",
                        "| " + ROW + "bf16 | clattention | ",
                        "## How to read")
                .doesNotContain("null");
    }
}
