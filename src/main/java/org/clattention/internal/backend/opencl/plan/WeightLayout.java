package org.clattention.internal.backend.opencl.plan;

import org.clattention.config.DataType;

/** What plans need to know of packed weights. */
public interface WeightLayout {
    /** How elements are stored. */
    DataType type();

    /** Whether outputs lie in panels of {@link CpuPlan#PANEL}, as the kernels for CPUs read them, instead of in rows. */
    boolean panels();
}
