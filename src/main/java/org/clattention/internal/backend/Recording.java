package org.clattention.internal.backend;

import java.util.ArrayList;
import java.util.List;
import org.clattention.config.StepPlan;
import org.clattention.config.StepPlan.KernelPlan;
import org.jspecify.annotations.Nullable;

/** The steps of one thread's calls, as they are queued. For one thread. */
public final class Recording {
    private final PlanRecorder owner;
    private final @Nullable Recording outer;
    private final List<StepPlan> steps = new ArrayList<>();
    private final List<KernelPlan> kernels = new ArrayList<>();
    private String step = "";
    private String shape = "";
    private String reason = "";

    /**
     * A recording.
     *
     * @param owner whose backend is recorded
     * @param outer what the thread recorded already; null for nothing
     */
    Recording(PlanRecorder owner, @Nullable Recording outer) {
        this.owner = owner;
        this.outer = outer;
    }

    PlanRecorder owner() {
        return owner;
    }

    @Nullable
    Recording outer() {
        return outer;
    }

    /** The launches to come belong to this step. */
    public void begin(String newStep, String newShape, String newReason) {
        end();
        step = newStep;
        shape = newShape;
        reason = newReason;
    }

    /** A kernel was launched. Equal ones, as for slices of a step, become one entry. */
    public void launched(String source, String kernel, String constants, String launch) {
        if (step.isEmpty()) {
            begin(kernel, "", "launched on its own");
        }
        for (int i = 0; i < kernels.size(); i++) {
            KernelPlan known = kernels.get(i);
            if (known.source().equals(source)
                    && known.name().equals(kernel)
                    && known.constants().equals(constants)
                    && known.launch().equals(launch)) {
                kernels.set(i, new KernelPlan(source, kernel, constants, launch, known.launches() + 1));
                return;
            }
        }
        kernels.add(new KernelPlan(source, kernel, constants, launch, 1));
    }

    private void end() {
        if (!step.isEmpty()) {
            steps.add(new StepPlan(step, shape, kernels, reason));
        }
        kernels.clear();
        step = "";
    }

    /** All steps, in order. */
    List<StepPlan> steps() {
        end();
        return List.copyOf(steps);
    }
}
