package org.clattention.verify;

import java.util.Map;
import org.clattention.config.HostTensor;

/** Answers golden cases: the reference, or an engine on a device. */
public interface CaseRunner {
    /**
     * Computes the outputs that the case wants.
     *
     * @return tensors by output name; at least those of {@link GoldenCase#outputs()}
     * @throws UnsupportedCaseException if this runner does not have the operation, an option or a type; never used to
     *     hide a failure
     * @throws IllegalArgumentException if the case itself is inconsistent
     */
    Map<String, HostTensor> run(GoldenCase goldenCase);

    /** Computes the same in the calls of a plan, where that makes a difference. */
    default Map<String, HostTensor> run(GoldenCase goldenCase, CallPlan plan) {
        return run(goldenCase);
    }
}
