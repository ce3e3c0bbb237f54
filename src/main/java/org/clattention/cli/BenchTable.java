package org.clattention.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.clattention.bench.BenchResult;
import org.clattention.bench.BenchResult.PeerResult;
import org.clattention.bench.BenchShape;
import org.clattention.bench.Statistics;
import org.clattention.config.PeakRates;

/** The results of {@code bench} as lines of text. */
final class BenchTable {
    private static final String OURS = "clattention";

    private BenchTable() {}

    static List<String> lines(BenchOutcome outcome) {
        List<String> lines = new ArrayList<>(TextTable.lines(rows(outcome)));
        outcome.results().forEach(result -> problems(result, lines));
        lines.add(peakLine(outcome));
        if (outcome.naiveHeads() != null) {
            lines.add(naiveLine(outcome.naiveHeads()));
            problems(outcome.naiveHeads(), lines);
        }
        outcome.plans().forEach((name, plan) -> {
            lines.add("");
            lines.add("plan of " + name);
            plan.forEach(step -> step.toString().lines().forEach(lines::add));
        });
        outcome.profiles().forEach((name, times) -> {
            lines.add("");
            lines.add("kernels of " + name);
            lines.addAll(new Throughput("", times).kernelRows());
        });
        return lines;
    }

    /** A header, and a row for each engine and shape that was timed. */
    static List<String[]> rows(BenchOutcome outcome) {
        List<String[]> rows = new ArrayList<>();
        rows.add(new String[] {"row", "engine", "median", "minimum", "calls", "speed", "of peak", "verified"});
        for (BenchResult result : outcome.results()) {
            if (result.time() != null) {
                rows.add(row(outcome.peak(), result, OURS, result.time(), ""));
                for (PeerResult peer : result.peers()) {
                    if (peer.time() != null) {
                        rows.add(row(
                                outcome.peak(),
                                result,
                                peer.peer() + " " + peer.version(),
                                peer.time(),
                                ratio(result, peer)));
                    }
                }
            }
        }
        return rows;
    }

    private static String[] row(PeakRates peak, BenchResult result, String engine, Statistics time, String ratio) {
        BenchShape shape = result.shape();
        double fraction = BenchResult.fractionOfPeak(shape, time, peak);
        return new String[] {
            engine.equals(OURS) ? shape.name() : "",
            engine + ratio,
            duration(time.median()),
            duration(time.minimum()),
            Integer.toString(time.calls()),
            speed(shape, time),
            Double.isNaN(fraction) ? "-" : String.format(Locale.ROOT, "%.0f%%", 100 * fraction),
            result.verified()
        };
    }

    /** How much longer the peer takes. */
    private static String ratio(BenchResult result, PeerResult peer) {
        return result.time() == null || peer.time() == null
                ? ""
                : String.format(
                        Locale.ROOT,
                        " (x%.2f)",
                        peer.time().median() / result.time().median());
    }

    private static String speed(BenchShape shape, Statistics time) {
        return switch (shape.kind()) {
            case PREFILL -> String.format(Locale.ROOT, "%.1f GFLOP/s", BenchResult.gflops(shape, time));
            case DECODE -> String.format(Locale.ROOT, "%.1f GB/s", BenchResult.gigabytes(shape, time));
            case LATENCY -> "-";
        };
    }

    /** Milliseconds, or microseconds below one. */
    static String duration(double seconds) {
        return seconds < 1e-3
                ? String.format(Locale.ROOT, "%.1f us", seconds * 1e6)
                : String.format(Locale.ROOT, "%.3g ms", seconds * 1e3);
    }

    private static void problems(BenchResult result, List<String> lines) {
        if (result.time() == null) {
            lines.add((result.wrong() ? "WRONG    " : "SKIPPED  ")
                    + result.shape().name() + ": " + result.problem());
        }
        for (PeerResult peer : result.peers()) {
            if (!peer.problem().isEmpty()) {
                lines.add((peer.supported() ? "EXCLUDED " : "WITHOUT  ")
                        + result.shape().name() + ": " + peer.peer() + " " + peer.version() + ": " + peer.problem());
            }
        }
    }

    static String peakLine(BenchOutcome outcome) {
        PeakRates best = outcome.peak();
        PeakRates worst = outcome.lowestPeak();
        return String.format(
                Locale.ROOT,
                "peak in this run: %.0f GFLOP/s of multiply-adds, %.1f GB/s of reads (best of %d; worst %.0f and %.1f)",
                best.gflops(),
                best.readGigabytes(),
                outcome.peaks().size(),
                worst.gflops(),
                worst.readGigabytes());
    }

    /** The textbook's claim: one packed projection and one batched attention against a loop over heads. */
    static String naiveLine(BenchResult naive) {
        Statistics loop = naive.peers().isEmpty() ? null : naive.peers().get(0).time();
        if (naive.time() == null || loop == null) {
            return "naive heads, " + naive.shape().name() + ": not measured";
        }
        return String.format(
                Locale.ROOT,
                "naive heads, %s: packed layer %s, loop over %d heads %s: %.2f times as long",
                naive.shape().name(),
                duration(naive.time().median()),
                naive.shape().config().numHeads(),
                duration(loop.median()),
                loop.median() / naive.time().median());
    }
}
