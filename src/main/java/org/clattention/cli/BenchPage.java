package org.clattention.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.clattention.bench.BenchResult;
import org.clattention.bench.BenchResult.PeerResult;
import org.clattention.bench.BenchRun;
import org.clattention.config.DeviceInfo;
import org.clattention.config.EngineOptions;

/** The results of {@code bench} as a page: docs/benchmarks.md. */
final class BenchPage {
    private static final String HOW_TO_READ = """
            ## How to read this

            - A row is one layer: `kind-width/heads/head size-batch-sequence length`, with `8` key-value heads written as
              `32.8`, `p` tokens cached before the call, and the type in which the weights are stored. Everything else is f32.
            - All engines get the same weights, the same inputs and as many threads as there are cores, and run interleaved in the
              same process: in each of eight rounds every engine gets a slice, in changing order. A slice begins with a call
              that does not count. Times are from the call to the finished result, which stays in the engine's memory.
            - *median* and *minimum* are over all calls. `(x1.50)` after an engine: its median is 1.5 times ours.
            - Prefill: operations are those of the projections, QKᵀ and weights·V. A multiply-add counts as two, softmax as none,
              and the attention part of causal rows counts half. *of peak* is the share of the multiply-add peak.
            - Decode: bytes are those of the weights and of all keys and values, each once. *of peak* is the share of the
              read peak. Data that fits the processor's last
              cache level is read faster than memory, so this can exceed 100%.
            - Both peaks are measured in the same run, before, between and after the rows, by kernels that do nothing else
              (`kernels-cl/measure/`): independent multiply-adds in registers, and one pass over up to 1 GiB. The best counts;
              the worst shows how much the machine's speed varied meanwhile.
            - *verified*: how many output rows were compared with the float64 reference before anything was timed. An engine that
              disagrees is not timed, neither ours nor a peer.
            - Peers run on the CPU, whatever our device is.
            """;

    private final BenchOutcome outcome;
    private final EngineOptions options;
    private final StringBuilder text = new StringBuilder();

    private BenchPage(BenchOutcome outcome, EngineOptions options) {
        this.outcome = outcome;
        this.options = options;
    }

    /** Writes the page. */
    static void write(Path file, BenchOutcome outcome, EngineOptions options, double seconds, long seed) {
        try {
            Files.writeString(file, new BenchPage(outcome, options).page(seconds, seed));
        } catch (IOException e) {
            throw new OutputLostException("--markdown " + file + ": " + OneLine.reason(e), e);
        }
    }

    private String page(double seconds, long seed) {
        line("# Benchmarks");
        line("");
        line("`scripts/bench` writes this page; anyone can run it.");
        line("");
        circumstances(seconds, seed);
        line("## Results");
        line("");
        line(BenchTable.peakLine(outcome) + ".");
        line("");
        table(BenchTable.rows(outcome));
        notes();
        if (outcome.naiveHeads() != null) {
            line("## One packed projection against a loop over heads");
            line("");
            line(BenchTable.naiveLine(outcome.naiveHeads()) + ".");
            line("The loop runs a layer of one head for each head, on this engine, and need not add up their outputs.");
            line("");
        }
        if (!outcome.profiles().isEmpty()) {
            line("## Kernels");
            line("");
            outcome.profiles().forEach((name, times) -> {
                line("`" + name + "`");
                line("");
                table(new Throughput("", times).kernelCells());
            });
        }
        text.append(HOW_TO_READ);
        return text.toString();
    }

    private void circumstances(double seconds, long seed) {
        DeviceInfo device = outcome.device();
        Map<String, String> machine = Machine.facts(System.getenv());
        List<String[]> rows = new ArrayList<>();
        rows.add(new String[] {"what", "which"});
        rows.add(new String[] {"date", LocalDate.now(ZoneOffset.UTC).toString()});
        rows.add(new String[] {"device", device.name() + ", " + device.computeUnits() + " compute units"});
        rows.add(new String[] {"driver", device.platform() + " " + device.driverVersion()});
        rows.add(new String[] {"kernels", options.kernels().name().toLowerCase(Locale.ROOT)});
        for (String fact : List.of("clattention", "JVM", "processor", "memory", "distribution")) {
            rows.add(new String[] {fact, machine.getOrDefault(fact, "?")});
        }
        rows.add(new String[] {"threads of the peers", Integer.toString(BenchRun.threads())});
        rows.add(new String[] {"seed, seconds", seed + ", " + seconds});
        table(rows);
    }

    /** What the peers ran, and what was left out. */
    private void notes() {
        Map<String, Set<String>> runs = outcome.results().stream()
                .flatMap(result -> result.peers().stream())
                .filter(peer -> !peer.description().isEmpty())
                .collect(Collectors.groupingBy(
                        peer -> peer.peer() + " " + peer.version(),
                        Collectors.mapping(PeerResult::description, Collectors.toCollection(TreeSet::new))));
        runs.forEach((peer, what) -> line("- " + peer + " runs: " + String.join("; or ", what)));
        for (BenchResult result : outcome.results()) {
            if (result.time() == null) {
                line("- not timed: `" + result.shape().name() + "`: " + result.problem());
            }
            for (PeerResult peer : result.peers()) {
                if (peer.time() == null) {
                    line((peer.supported() ? "- EXCLUDED: " : "- without ") + peer.peer() + ": `"
                            + result.shape().name() + "`: " + peer.problem());
                }
            }
        }
        line("");
    }

    private void table(List<String[]> rows) {
        for (int r = 0; r < rows.size(); r++) {
            line("| " + String.join(" | ", rows.get(r)) + " |");
            if (r == 0) {
                line("|---".repeat(rows.get(0).length) + "|");
            }
        }
        line("");
    }

    private void line(String line) {
        text.append(line).append('\n');
    }
}
