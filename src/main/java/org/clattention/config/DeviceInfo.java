package org.clattention.config;

/**
 * A device as it describes itself.
 *
 * @param selector the word that selects it, for example {@code opencl:0}
 * @param kind what it is
 * @param name the device's name
 * @param platform the name of its OpenCL platform; {@code JVM} for the engine in Java
 * @param vendor who made it
 * @param driverVersion version of its driver
 * @param openClVersion the OpenCL version that it supports
 * @param computeUnits parallel compute units
 * @param clockMegahertz maximum clock; 0 if unknown
 * @param memoryBytes global memory
 * @param maxAllocationBytes largest single buffer
 * @param localMemoryBytes local memory of a work-group
 * @param maxWorkGroupSize most work-items in a work-group
 * @param unifiedMemory true if it shares the host's memory
 * @param f16 true if half-precision arithmetic is reported
 * @param f64 true if double-precision arithmetic is reported
 * @param unusableReason why it cannot be used; empty if it can
 */
public record DeviceInfo(
        String selector,
        Kind kind,
        String name,
        String platform,
        String vendor,
        String driverVersion,
        String openClVersion,
        int computeUnits,
        int clockMegahertz,
        long memoryBytes,
        long maxAllocationBytes,
        long localMemoryBytes,
        int maxWorkGroupSize,
        boolean unifiedMemory,
        boolean f16,
        boolean f64,
        String unusableReason) {

    /** What a device is, from the most to the least wanted. */
    public enum Kind {
        /** A graphics processor. */
        GPU,
        /** A dedicated accelerator. */
        ACCELERATOR,
        /** A processor. */
        CPU,
        /** A program that imitates a device, for finding bugs. */
        SIMULATOR
    }

    /** Checks what must be given. */
    public DeviceInfo {
        Checks.given("selector", selector);
        Checks.given("kind", kind);
        Checks.given("name", name);
        Checks.given("platform", platform);
        Checks.given("vendor", vendor);
        Checks.given("driverVersion", driverVersion);
        Checks.given("openClVersion", openClVersion);
        Checks.given("unusableReason", unusableReason);
    }

    /** True if the device can run kernels. */
    public boolean usable() {
        return unusableReason.isEmpty();
    }
}
