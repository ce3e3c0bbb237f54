package org.clattention.backend.opencl;

import org.clattention.DeviceInfo;
import org.clattention.KernelSet;

/**
 * What the planner knows of a device.
 *
 * @param kind CPU, GPU, ...
 * @param computeUnits parallel compute units
 * @param maxWorkGroupSize most work-items in a group
 * @param localMemoryBytes local memory of a group
 * @param maxAllocationBytes largest buffer
 * @param vectorFloats floats of a native vector register; 1 if the device prefers scalars
 * @param kernels which kernels may be used
 */
public record DeviceProfile(
        DeviceInfo.Kind kind,
        int computeUnits,
        int maxWorkGroupSize,
        long localMemoryBytes,
        long maxAllocationBytes,
        int vectorFloats,
        KernelSet kernels) {

    /** The profile of a device. */
    public static DeviceProfile of(DeviceInfo info, int vectorFloats, KernelSet kernels) {
        return new DeviceProfile(
                info.kind(),
                info.computeUnits(),
                info.maxWorkGroupSize(),
                info.localMemoryBytes(),
                info.maxAllocationBytes(),
                vectorFloats,
                kernels);
    }

    /** The set of kernels for this device: never {@code AUTO}, and never one that it has no room for. */
    KernelSet set() {
        if (kernels == KernelSet.GPU) {
            return GpuPlan.lacks(this).isEmpty() ? KernelSet.GPU : KernelSet.PORTABLE;
        }
        if (kernels != KernelSet.AUTO) {
            return kernels;
        }
        // The kernels for GPUs have not run on one yet: nobody gets them without asking.
        return kind == DeviceInfo.Kind.CPU && vectorFloats >= 8 ? KernelSet.CPU : KernelSet.PORTABLE;
    }
}
