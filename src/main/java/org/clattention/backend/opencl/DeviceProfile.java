package org.clattention.backend.opencl;

import org.clattention.DeviceInfo;

/**
 * What the planner knows of a device.
 *
 * @param kind CPU, GPU, ...
 * @param computeUnits parallel compute units
 * @param maxWorkGroupSize most work-items in a group
 * @param localMemoryBytes local memory of a group
 * @param maxAllocationBytes largest buffer
 */
public record DeviceProfile(
        DeviceInfo.Kind kind, int computeUnits, int maxWorkGroupSize, long localMemoryBytes, long maxAllocationBytes) {

    /** The profile of a device. */
    public static DeviceProfile of(DeviceInfo info) {
        return new DeviceProfile(
                info.kind(),
                info.computeUnits(),
                info.maxWorkGroupSize(),
                info.localMemoryBytes(),
                info.maxAllocationBytes());
    }
}
