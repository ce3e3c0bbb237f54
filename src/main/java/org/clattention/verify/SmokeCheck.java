package org.clattention.verify;

import java.util.Map;
import org.clattention.config.HostTensor;
import org.clattention.verify.SmokeCase.Answer;
import org.clattention.verify.SmokeResult.Status;
import org.jspecify.annotations.Nullable;

/** Runs one check and judges its results. */
public final class SmokeCheck {
    /** This many further runs must give the same bits. */
    private static final int REPEATS = 3;

    private final CaseRunner reference;
    private final CaseRunner plain;

    /** Judges by the reference, and by the same computation in plain f32. */
    public SmokeCheck() {
        this(new ReferenceRunner(), new PlainRunner());
    }

    /** Judges by these: they may remember their answers, for example. */
    SmokeCheck(CaseRunner reference, CaseRunner plain) {
        this.reference = reference;
        this.plain = plain;
    }

    /**
     * Runs a check on a runner.
     *
     * @throws UnsupportedCaseException if the runner cannot do it
     */
    public SmokeResult run(SmokeCase smokeCase, CaseRunner runner) {
        GoldenCase goldenCase = smokeCase.inputs().get();
        Map<String, HostTensor> got = runner.run(goldenCase, smokeCase.plan());
        return switch (smokeCase.answer()) {
            case GIVEN -> given(smokeCase, goldenCase, got);
            case REPEAT -> repeat(smokeCase, goldenCase, got, runner);
            case REFERENCE, EXACT -> computed(smokeCase, goldenCase, got);
        };
    }

    private SmokeResult computed(SmokeCase smokeCase, GoldenCase goldenCase, Map<String, HostTensor> got) {
        boolean exact = smokeCase.answer() == Answer.EXACT;
        Map<String, HostTensor> want = answer(reference, smokeCase, goldenCase);
        Map<String, HostTensor> simple = exact ? want : answer(plain, smokeCase, goldenCase);
        SmokeResult worst = null;
        for (String name : goldenCase.outputs().keySet()) {
            HostTensor wanted = want.get(name);
            // A wrong key is wrong however close its number is.
            double tolerance = exact || name.equals(WeightSummaries.TOP_KEYS)
                    ? 0
                    : Tolerance.of(
                            simple.get(name), wanted, smokeCase.reduction(), Magnitude.of(goldenCase, name, wanted));
            worst = worse(worst, judge(smokeCase, name, got, wanted, 0, tolerance));
        }
        return required(worst, smokeCase);
    }

    /** A check without an answer is a mistake in the check and must not be skipped. */
    private static Map<String, HostTensor> answer(CaseRunner runner, SmokeCase smokeCase, GoldenCase goldenCase) {
        try {
            return runner.run(goldenCase, smokeCase.plan());
        } catch (UnsupportedCaseException e) {
            throw new IllegalStateException(smokeCase.name() + " has no answer: " + e.getMessage(), e);
        }
    }

    private static SmokeResult given(SmokeCase smokeCase, GoldenCase goldenCase, Map<String, HostTensor> got) {
        SmokeResult worst = null;
        for (Map.Entry<String, HostTensor> want : goldenCase.outputs().entrySet()) {
            worst = worse(
                    worst, judge(smokeCase, want.getKey(), got, want.getValue(), goldenCase.rtol(), goldenCase.atol()));
        }
        return required(worst, smokeCase);
    }

    private static SmokeResult repeat(
            SmokeCase smokeCase, GoldenCase goldenCase, Map<String, HostTensor> first, CaseRunner runner) {
        for (int i = 0; i < REPEATS; i++) {
            Map<String, HostTensor> again = runner.run(goldenCase, smokeCase.plan());
            for (String name : goldenCase.outputs().keySet()) {
                if (!again.get(name).data().equals(first.get(name).data())) {
                    String where = Comparison.compare(name, again.get(name), first.get(name), 0, 0)
                            .reason();
                    return new SmokeResult(
                            smokeCase, Status.FAILED, Double.NaN, 0, "the same call gave other bits: " + where);
                }
            }
        }
        return new SmokeResult(smokeCase, Status.PASSED, 0, 0, "");
    }

    private static SmokeResult judge(
            SmokeCase smokeCase, String name, Map<String, HostTensor> got, HostTensor want, double rtol, double atol) {
        HostTensor result = got.get(name);
        if (result == null) {
            return SmokeResult.withoutComparison(smokeCase, Status.FAILED, name + ": no such result");
        }
        Comparison comparison = Comparison.compare(name, result, want, rtol, atol);
        return new SmokeResult(
                smokeCase,
                comparison.passed() ? Status.PASSED : Status.FAILED,
                comparison.maxAbsError(),
                atol,
                comparison.reason());
    }

    /** A failure before a pass; otherwise the one closer to its tolerance. */
    private static SmokeResult worse(@Nullable SmokeResult one, SmokeResult other) {
        if (one == null) {
            return other;
        }
        if (one.status() != other.status()) {
            return one.status() == Status.FAILED ? one : other;
        }
        return one.maxAbsError() * other.tolerance() >= other.maxAbsError() * one.tolerance() ? one : other;
    }

    private static SmokeResult required(@Nullable SmokeResult result, SmokeCase smokeCase) {
        if (result == null) {
            throw new IllegalStateException(smokeCase.name() + " compares nothing");
        }
        return result;
    }
}
