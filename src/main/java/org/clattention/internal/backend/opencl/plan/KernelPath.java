package org.clattention.internal.backend.opencl.plan;

import org.clattention.internal.backend.AttentionOp;

/** Which set of kernels takes a step: pure functions of the device and the step. The stream goes where they say. */
public enum KernelPath {
    /** The kernels in {@code cpu/}. */
    CPU,
    /** Those in {@code gpu/}. */
    GPU,
    /** Those in {@code portable/}. */
    PORTABLE;

    public static KernelPath ofProduct(DeviceProfile device, WeightLayout weights, int firstOutput) {
        if (CpuPlan.takes(weights, firstOutput)) {
            return CPU;
        }
        return GpuPlan.fits(device) && !weights.type().isQuantized() ? GPU : PORTABLE;
    }

    public static KernelPath ofAttention(DeviceProfile device, AttentionOp step) {
        if (CpuPlan.unfusable(device, step).isEmpty()) {
            return CPU;
        }
        return GpuPlan.unfusable(device, step).isEmpty() ? GPU : PORTABLE;
    }
}
