package org.clattention.cli;

import java.util.List;
import java.util.Map;
import org.clattention.bench.BenchResult;
import org.clattention.config.DeviceInfo;
import org.clattention.config.KernelTime;
import org.clattention.config.PeakRates;
import org.clattention.config.StepPlan;
import org.jspecify.annotations.Nullable;

/**
 * The results of a run of {@code bench}.
 *
 * @param device what it ran on
 * @param peaks the device's peaks, measured before, between and after the rows
 * @param results the rows
 * @param naiveHeads the layer compared with a loop over its heads; null unless requested
 * @param plans what each row ran and why, by its name; empty unless requested
 * @param profiles device time by kernel, by the row's name; empty unless requested
 */
record BenchOutcome(
        DeviceInfo device,
        List<PeakRates> peaks,
        List<BenchResult> results,
        @Nullable BenchResult naiveHeads,
        Map<String, List<StepPlan>> plans,
        Map<String, Map<String, KernelTime>> profiles) {

    /** The best measurement, to which all shares refer. */
    PeakRates peak() {
        return peaks.stream().reduce(PeakRates::best).orElseThrow();
    }

    /** The worst measurement: how far this machine's speed varies. */
    PeakRates lowestPeak() {
        return new PeakRates(
                peaks.stream().mapToDouble(PeakRates::gflops).min().orElseThrow(),
                peaks.stream().mapToDouble(PeakRates::readGigabytes).min().orElseThrow());
    }

    int exitCode() {
        boolean wrong = results.stream().anyMatch(BenchResult::wrong)
                || (naiveHeads != null
                        && (naiveHeads.wrong()
                                || !naiveHeads.peers().get(0).problem().isEmpty()));
        return wrong ? ExitCode.WRONG_RESULT : ExitCode.PASSED;
    }
}
