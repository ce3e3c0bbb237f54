package org.clattention.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.clattention.AttentionEngine;
import org.clattention.bench.BenchResult;
import org.clattention.bench.BenchRun;
import org.clattention.bench.BenchShape;
import org.clattention.bench.NaiveHeadsPeer;
import org.clattention.bench.PeerEngine;
import org.clattention.config.EngineOptions;
import org.clattention.config.KernelTime;
import org.clattention.config.PeakRates;
import org.clattention.config.StepPlan;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Times layers and compares them with the device's peaks and with other engines. */
@Command(
        name = "bench",
        description = {
            "Time layers of several shapes: median and minimum, and the share of the arithmetic or read speed",
            "that the device reaches in the same run. Every output is compared with the reference before it is timed."
        },
        mixinStandardHelpOptions = true)
final class BenchCommand implements Callable<Integer> {
    /** Rows between two measurements of the peaks. */
    private static final int ROWS_PER_PEAK = 3;

    @Mixin
    private final CommonOptions common = new CommonOptions();

    @Mixin
    private final BenchOptions bench = new BenchOptions();

    @Option(
            names = "--markdown",
            paramLabel = "FILE",
            description = "Also write the results as a page that says how they were measured.")
    private @Nullable String markdown;

    @Override
    public Integer call() {
        Output output = common.output();
        Path page = markdown == null ? null : CommonOptions.writable("--markdown", markdown);
        List<BenchShape> shapes = bench.shapes();
        List<PeerEngine> peers = bench.peers();
        double seconds = bench.seconds();
        long seed = bench.seed();
        EngineOptions options = common.engineOptions();
        if (options.device().strip().toLowerCase(Locale.ROOT).equals(CaseSession.REFERENCE)) {
            throw new BadInputException("--device reference: bench times a device, not the reference");
        }
        BenchOutcome outcome;
        try (AttentionEngine engine = AttentionEngine.open(options)) {
            output.format(
                    "bench, seed %d, %s s per engine and row, on %s %s",
                    seed, seconds, engine.device().selector(), engine.device().name());
            outcome = time(engine, new BenchRun(engine, peers, seconds, seed), shapes);
        }
        BenchTable.lines(outcome).forEach(output::line);
        BenchJson.write(output, outcome);
        if (page != null) {
            BenchPage.write(page, outcome, options, seconds, seed);
        }
        return outcome.exitCode();
    }

    private BenchOutcome time(AttentionEngine engine, BenchRun run, List<BenchShape> shapes) {
        List<PeakRates> peaks = new ArrayList<>();
        List<BenchResult> results = new ArrayList<>();
        BenchResult naive = null;
        try (Progress progress = Progress.of(common.mayDraw(), "bench", shapes.size())) {
            for (BenchShape shape : shapes) {
                if (results.size() % ROWS_PER_PEAK == 0) {
                    peaks.add(engine.measurePeaks());
                }
                results.add(run.run(shape));
                progress.step();
            }
        }
        if (bench.naiveHeads()) {
            naive = new BenchRun(engine, List.of(new NaiveHeadsPeer(engine)), bench.seconds(), bench.seed())
                    .run(BenchOptions.naiveShape());
        }
        peaks.add(engine.measurePeaks());
        return new BenchOutcome(engine.device(), peaks, results, naive, plans(run, results), profiles(run, shapes));
    }

    private Map<String, List<StepPlan>> plans(BenchRun run, List<BenchResult> results) {
        Map<String, List<StepPlan>> plans = new LinkedHashMap<>();
        for (BenchResult result : results) {
            // A row with neither a time nor a wrong result did not fit on the device.
            if (bench.explain() && (result.time() != null || result.wrong())) {
                plans.put(result.shape().name(), run.explain(result.shape()));
            }
        }
        return plans;
    }

    private Map<String, Map<String, KernelTime>> profiles(BenchRun run, List<BenchShape> shapes) {
        Map<String, Map<String, KernelTime>> profiles = new LinkedHashMap<>();
        if (bench.profile()) {
            try (AttentionEngine profiling =
                    AttentionEngine.open(common.engineOptions().withProfiling(true))) {
                shapes.forEach(shape -> profiles.put(shape.name(), run.profile(profiling, shape)));
            }
        }
        return profiles;
    }
}
