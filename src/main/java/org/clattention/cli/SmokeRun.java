package org.clattention.cli;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.clattention.config.DeviceInfo;
import org.clattention.error.DeviceException;
import org.clattention.error.DeviceMemoryException;
import org.clattention.verify.SmokeCase;
import org.clattention.verify.SmokeCheck;
import org.clattention.verify.SmokeResult;
import org.clattention.verify.SmokeResult.Status;
import org.clattention.verify.UnsupportedCaseException;
import org.jspecify.annotations.Nullable;

/** Runs checks one after another. A failing device loses the current check and is reopened once. */
final class SmokeRun {
    private final CaseSession session;
    private final @Nullable DeviceInfo device;
    private final String reproduce;
    private final Output output;
    private final SmokeCheck check = new SmokeCheck();
    private final List<SmokeResult> results = new ArrayList<>();
    private final IdentityHashMap<SmokeResult, Double> seconds = new IdentityHashMap<>();
    private final KernelCoverage coverage;
    private boolean reopened;

    /**
     * @param device whose memory limits the checks; null for none
     * @param reproduce the command that repeats one check, up to the check's name
     */
    SmokeRun(CaseSession session, @Nullable DeviceInfo device, String reproduce, Output output) {
        this.session = session;
        this.device = device;
        this.reproduce = reproduce;
        this.output = output;
        this.coverage = new KernelCoverage(session.kernels());
    }

    /** Runs one check and reports it if it did not pass. */
    void run(SmokeCase smokeCase) {
        long start = System.nanoTime();
        SmokeResult result = result(smokeCase);
        results.add(result);
        seconds.put(result, (System.nanoTime() - start) * 1e-9);
        if (result.status() == Status.FAILED || result.status() == Status.ERROR) {
            output.format("%-7s %s: %s", result.status(), smokeCase.name(), result.reason());
            output.line("        again: " + reproduce + " --only " + smokeCase.name());
        } else if (result.status() == Status.SKIPPED) {
            output.format("%-7s %s: %s", result.status(), smokeCase.name(), result.reason());
        }
    }

    private SmokeResult result(SmokeCase smokeCase) {
        String shortage = smokeCase.need().problem(device);
        if (!shortage.isEmpty()) {
            return SmokeResult.withoutComparison(smokeCase, Status.SKIPPED, shortage);
        }
        try {
            AtomicReference<SmokeResult> result = new AtomicReference<>();
            coverage.add(session.record(() -> result.set(check.run(smokeCase, session.runner()))));
            return Objects.requireNonNull(result.get());
        } catch (UnsupportedCaseException e) {
            return SmokeResult.withoutComparison(smokeCase, Status.SKIPPED, OneLine.of(e));
        } catch (DeviceMemoryException e) {
            return SmokeResult.withoutComparison(
                    smokeCase,
                    Status.SKIPPED,
                    "needs " + e.neededBytes() + " bytes, available " + e.availableBytes() + ": " + OneLine.of(e));
        } catch (DeviceException e) {
            reopenOnce(e);
            return SmokeResult.withoutComparison(smokeCase, Status.ERROR, OneLine.first(e));
        }
    }

    private void reopenOnce(DeviceException failure) {
        if (reopened) {
            return;
        }
        reopened = true;
        try {
            session.reopen();
        } catch (DeviceException e) {
            // The remaining checks will report that themselves.
            failure.addSuppressed(e);
        }
    }

    /** Which kernels the checks reached. */
    KernelCoverage coverage() {
        return coverage;
    }

    /** All results so far. */
    List<SmokeResult> results() {
        return results;
    }

    /** How long these took together, with their data and the reference's answers. */
    double seconds(List<SmokeResult> some) {
        return some.stream()
                .mapToDouble(result -> seconds.getOrDefault(result, 0.0))
                .sum();
    }

    /** How many have this status. */
    int count(Status status) {
        return (int) results.stream().filter(r -> r.status() == status).count();
    }

    /** The results by what they exercise, in the order of the checks. */
    Map<String, List<SmokeResult>> byPart() {
        Map<String, List<SmokeResult>> parts = new LinkedHashMap<>();
        for (SmokeResult result : results) {
            parts.computeIfAbsent(result.smokeCase().part(), part -> new ArrayList<>())
                    .add(result);
        }
        return parts;
    }

    /** The exit code for these results. */
    int exitCode() {
        if (count(Status.ERROR) > 0) {
            return ExitCode.DEVICE_FAILED;
        }
        // A run that could check nothing proves nothing.
        boolean sound = count(Status.FAILED) == 0 && count(Status.PASSED) > 0;
        return sound ? ExitCode.PASSED : ExitCode.WRONG_RESULT;
    }
}
