package org.clattention.internal.backend.opencl.plan;

import org.clattention.config.DeviceInfo;
import org.clattention.config.KernelSet;

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
    /** Floats of a vector register from which on the kernels for CPUs gain. */
    private static final int LEAST_VECTOR = 8;

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
    public KernelSet set() {
        if (kernels == KernelSet.GPU) {
            return GpuPlan.lacks(this).isEmpty() ? KernelSet.GPU : KernelSet.PORTABLE;
        }
        if (kernels != KernelSet.AUTO) {
            return kernels;
        }
        // The kernels for GPUs have not run on one yet: nobody gets them without asking.
        return kind == DeviceInfo.Kind.CPU && vectorFloats >= LEAST_VECTOR ? KernelSet.CPU : KernelSet.PORTABLE;
    }

    /** Why this is the set, as the end of a sentence that begins with "because". */
    public String setReason() {
        if (kernels == KernelSet.GPU && set() == KernelSet.PORTABLE) {
            return "the kernels for GPUs were asked for, but " + GpuPlan.lacks(this);
        }
        if (kernels != KernelSet.AUTO) {
            return "this set was asked for";
        }
        if (kind != DeviceInfo.Kind.CPU) {
            return "the device is no CPU, and nobody asked for the kernels for GPUs, which have not run on one yet";
        }
        return set() == KernelSet.CPU
                ? "the device is a CPU with vectors of " + vectorFloats + " floats"
                : "the CPU's vectors of " + vectorFloats + " are shorter than " + LEAST_VECTOR + " floats";
    }
}
