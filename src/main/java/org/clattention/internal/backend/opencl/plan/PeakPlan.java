package org.clattention.internal.backend.opencl.plan;

import org.clattention.config.DeviceInfo;

/**
 * The constants of the measuring kernels for a device.
 *
 * @param width floats of a vector
 * @param chains multiply-adds that do not wait for one another
 * @param streams parts that a group reads by turns
 * @param groupItems work-items of a group
 * @param groups groups of a launch
 * @param readBytes the array to read: beyond any cache where memory allows it
 */
public record PeakPlan(int width, int chains, int streams, int groupItems, int groups, long readBytes) {
    private static final long MOST_READ_BYTES = 1L << 30;

    public static PeakPlan of(DeviceProfile device, long memoryBytes) {
        boolean inRegisters = device.kind() != DeviceInfo.Kind.GPU && device.vectorFloats() > 1;
        int width = inRegisters ? 16 : 4;
        // 32 registers of 16 floats hold 16 chains; 16 registers of 8 floats, two to a vector, hold 6.
        int chains = !inRegisters ? 4 : device.vectorFloats() >= 16 ? 16 : 6;
        int items = inRegisters ? 1 : Math.min(256, device.maxWorkGroupSize());
        int groups = device.computeUnits() * (inRegisters ? 8 : 32);
        int streams = inRegisters ? 8 : 4;
        long most = Math.min(MOST_READ_BYTES, Math.min(device.maxAllocationBytes(), memoryBytes / 8));
        long step = (long) groups * streams * items * width * Float.BYTES;
        return new PeakPlan(width, chains, streams, items, groups, Math.max(1, most / step) * step);
    }

    public String fmaOptions() {
        return "-DWIDTH=" + width + " -DCHAINS=" + chains + " -DGROUP_ITEMS=" + groupItems;
    }

    public String readOptions() {
        return "-DWIDTH=" + width + " -DSTREAMS=" + streams + " -DGROUP_ITEMS=" + groupItems;
    }

    /** One vector of every item. */
    public long outputBytes() {
        return (long) groups * groupItems * width * Float.BYTES;
    }

    public long vectors() {
        return readBytes / ((long) width * Float.BYTES);
    }

    /** Vectors that an item reads of each stream. */
    public int readSteps() {
        return Math.toIntExact(vectors() / ((long) groups * streams * groupItems));
    }

    /** Operations of one round of the multiply-add kernel. */
    public double operationsPerRound() {
        return 2.0 * groups * groupItems * width * chains;
    }
}
