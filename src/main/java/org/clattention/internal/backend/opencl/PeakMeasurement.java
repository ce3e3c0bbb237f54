package org.clattention.internal.backend.opencl;

import org.clattention.config.PeakRates;
import org.clattention.internal.backend.opencl.launch.KernelId;
import org.clattention.internal.backend.opencl.plan.PeakPlan;
import org.clattention.internal.cl.Buffer;
import org.clattention.internal.cl.Kernel;
import org.clattention.internal.cl.NdRange;

/** Measures what a device reaches, by kernels that do nothing else. */
final class PeakMeasurement {
    /** The best of so many runs: whatever else the machine does only slows them. */
    private static final int RUNS = 5;

    /** A run this long is not disturbed by the launch itself. */
    private static final double LONG_ENOUGH_SECONDS = 0.02;

    private static final int MOST_ROUNDS = 1 << 28;

    private final OpenClBackend backend;
    private final OpenClStream stream;
    private final PeakPlan plan;

    PeakMeasurement(OpenClBackend backend, OpenClStream stream) {
        this.backend = backend;
        this.stream = stream;
        this.plan = PeakPlan.of(backend.profile(), backend.device().memoryBytes());
    }

    PeakRates measure() {
        return new PeakRates(gflops(), readGigabytes());
    }

    private double gflops() {
        Kernel kernel = stream.kernel(KernelId.FMA_PEAK, plan.fmaOptions());
        try (Buffer out = backend.context().allocate(plan.outputBytes(), "peak output")) {
            int rounds = 1024;
            double seconds = fma(kernel, out, rounds);
            while (seconds < LONG_ENOUGH_SECONDS && rounds < MOST_ROUNDS) {
                rounds *= 2;
                seconds = fma(kernel, out, rounds);
            }
            for (int i = 1; i < RUNS; i++) {
                seconds = Math.min(seconds, fma(kernel, out, rounds));
            }
            return plan.operationsPerRound() * rounds / seconds * 1e-9;
        }
    }

    private double fma(Kernel kernel, Buffer out, int rounds) {
        return seconds(kernel.arguments().buffer(out).integer(rounds).done(), range());
    }

    private double readGigabytes() {
        Kernel kernel = stream.kernel(KernelId.READ_PEAK, plan.readOptions());
        Kernel fill = stream.kernel(KernelId.FILL, plan.readOptions());
        try (Buffer out = backend.context().allocate(plan.outputBytes(), "peak output");
                Buffer data = backend.context().allocate(plan.readBytes(), "peak input")) {
            seconds(fill.arguments().buffer(data).done(), NdRange.ofItems(plan.vectors()));
            kernel.arguments()
                    .buffer(data)
                    .buffer(out)
                    .integer(plan.readSteps())
                    .done();
            double seconds = seconds(kernel, range());
            for (int i = 1; i < RUNS; i++) {
                seconds = Math.min(seconds, seconds(kernel, range()));
            }
            return plan.readBytes() / seconds * 1e-9;
        }
    }

    private double seconds(Kernel kernel, NdRange range) {
        long start = System.nanoTime();
        stream.launch(kernel, range);
        stream.finish();
        return (System.nanoTime() - start) * 1e-9;
    }

    private NdRange range() {
        return NdRange.ofGroups(new long[] {plan.groups()}, new long[] {plan.groupItems()});
    }
}
