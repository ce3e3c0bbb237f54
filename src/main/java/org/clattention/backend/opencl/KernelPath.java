package org.clattention.backend.opencl;

import org.clattention.backend.AttentionStep;

/** Which set of kernels takes a step: pure functions of the device and the step. The lane goes where they say. */
enum KernelPath {
    /** The kernels in {@code cpu/}. */
    CPU,
    /** Those in {@code gpu/}. */
    GPU,
    /** Those in {@code portable/}. */
    PORTABLE;

    static KernelPath ofProduct(DeviceProfile device, OpenClWeights weights, int firstOutput) {
        if (PanelProducts.takes(weights, firstOutput)) {
            return CPU;
        }
        return GpuPlan.fits(device) && !weights.type().isQuantized() ? GPU : PORTABLE;
    }

    static KernelPath ofAttention(DeviceProfile device, AttentionStep step) {
        if (CpuPlan.unfusable(device, step).isEmpty()) {
            return CPU;
        }
        return GpuPlan.unfusable(device, step).isEmpty() ? GPU : PORTABLE;
    }
}
