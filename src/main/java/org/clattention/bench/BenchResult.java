package org.clattention.bench;

import java.util.List;
import org.clattention.config.PeakRates;
import org.jspecify.annotations.Nullable;

/**
 * The result of one shape.
 *
 * @param shape what was called
 * @param time of our engine; null if its result was wrong or it could not run
 * @param problem why there is no time; empty if there is
 * @param wrong whether the problem is a wrong result
 * @param verified how much of the output was compared with the reference
 * @param peers the other engines, in order
 */
public record BenchResult(
        BenchShape shape,
        @Nullable Statistics time,
        String problem,
        boolean wrong,
        String verified,
        List<PeerResult> peers) {

    /**
     * The result of another engine.
     *
     * @param peer its name
     * @param version its version
     * @param description what it ran
     * @param supported whether it can run such a call at all
     * @param time null if there is a problem
     * @param problem why it was not timed: it cannot run the call, failed, or disagrees with the reference; else empty
     */
    public record PeerResult(
            String peer,
            String version,
            String description,
            boolean supported,
            @Nullable Statistics time,
            String problem) {}

    /** 10⁹ operations per second at the median. */
    public static double gflops(BenchShape shape, Statistics time) {
        return shape.operations() / time.median() * 1e-9;
    }

    /** 10⁹ bytes per second at the median. */
    public static double gigabytes(BenchShape shape, Statistics time) {
        return shape.bytes() / time.median() * 1e-9;
    }

    /** The share of the limiting peak that was reached; NaN where neither arithmetic nor reading limits the call. */
    public static double fractionOfPeak(BenchShape shape, Statistics time, PeakRates peak) {
        return switch (shape.kind()) {
            case PREFILL -> gflops(shape, time) / peak.gflops();
            case DECODE -> gigabytes(shape, time) / peak.readGigabytes();
            case LATENCY -> Double.NaN;
        };
    }
}
