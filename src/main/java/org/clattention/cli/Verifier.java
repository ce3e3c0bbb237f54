package org.clattention.cli;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.clattention.cli.CaseOutcome.Status;
import org.clattention.config.HostTensor;
import org.clattention.config.StepPlan;
import org.clattention.error.DeviceException;
import org.clattention.verify.Comparison;
import org.clattention.verify.GoldenCase;
import org.clattention.verify.GoldenCaseFile;
import org.clattention.verify.UnsupportedCaseException;
import org.jspecify.annotations.Nullable;

/** Runs golden cases one after another. A failing device loses the current case and is reopened once. */
final class Verifier {
    private final CaseSession session;
    private final boolean explain;
    private final KernelCoverage coverage;
    private boolean reopened;

    /**
     * A verifier.
     *
     * @param explain whether outcomes are to have plans
     */
    Verifier(CaseSession session, boolean explain) {
        this.session = session;
        this.explain = explain;
        this.coverage = new KernelCoverage(session.kernels());
    }

    /**
     * Runs the case of a file.
     *
     * @throws org.clattention.io.InvalidFileException if the file is not a case
     * @throws BadInputException if the case contradicts itself
     */
    CaseOutcome run(Path file) {
        GoldenCase goldenCase = GoldenCaseFile.read(file);
        try {
            Map<String, HostTensor> results = new HashMap<>();
            Runnable run = () -> results.putAll(session.runner().run(goldenCase));
            List<StepPlan> plan = session.record(run);
            coverage.add(plan);
            return compare(goldenCase, results, explain ? plan : null);
        } catch (UnsupportedCaseException e) {
            return CaseOutcome.withoutResult(goldenCase.name(), goldenCase.op(), Status.SKIPPED, OneLine.of(e));
        } catch (IllegalArgumentException e) {
            throw new BadInputException(file + ": case " + goldenCase.name() + ": " + e.getMessage(), e);
        } catch (DeviceException e) {
            reopenOnce(e);
            return CaseOutcome.withoutResult(goldenCase.name(), goldenCase.op(), Status.ERROR, OneLine.first(e));
        }
    }

    /** Which kernels the cases reached. */
    KernelCoverage coverage() {
        return coverage;
    }

    private void reopenOnce(DeviceException failure) {
        if (reopened) {
            return;
        }
        reopened = true;
        try {
            session.reopen();
        } catch (DeviceException e) {
            // The remaining cases will report that one by one: they run on what is left of the engine.
            failure.addSuppressed(e);
        }
    }

    private static CaseOutcome compare(
            GoldenCase goldenCase, Map<String, HostTensor> results, @Nullable List<StepPlan> plan) {
        double maxAbs = 0;
        double maxRel = 0;
        String reason = "";
        for (Map.Entry<String, HostTensor> want : goldenCase.outputs().entrySet()) {
            HostTensor got = results.get(want.getKey());
            if (got == null) {
                reason = reason.isEmpty() ? "out." + want.getKey() + ": no such result" : reason;
                maxAbs = Double.POSITIVE_INFINITY;
                maxRel = Double.POSITIVE_INFINITY;
                continue;
            }
            Comparison comparison = Comparison.compare(
                    "out." + want.getKey(), got, want.getValue(), goldenCase.rtol(), goldenCase.atol());
            maxAbs = Math.max(maxAbs, comparison.maxAbsError());
            maxRel = Math.max(maxRel, comparison.maxRelError());
            if (!comparison.passed() && reason.isEmpty()) {
                reason = comparison.reason();
            }
        }
        Status status = reason.isEmpty() ? Status.PASSED : Status.FAILED;
        return new CaseOutcome(goldenCase.name(), goldenCase.op(), status, maxAbs, maxRel, reason, plan);
    }
}
