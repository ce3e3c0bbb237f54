package org.clattention.config;

/**
 * How an engine is opened.
 *
 * @param device the selector: {@code auto}, {@code opencl}, {@code opencl:N}, {@code java}, or a part of a device's name
 * @param profiling record the device time of each kernel; costs a little speed
 * @param kernels which OpenCL kernels to use
 */
public record EngineOptions(String device, boolean profiling, KernelSet kernels) {
    /**
     * The device that the environment's {@code CLATTENTION_DEVICE} selects, or else the best one; no profiling; the kernels
     * made for the device.
     */
    public static final EngineOptions DEFAULT = new EngineOptions(deviceOfEnvironment(), false, KernelSet.AUTO);

    /** Checks what must be given. */
    public EngineOptions {
        Checks.given("device", device);
        Checks.given("kernels", kernels);
    }

    /** These options with another device. */
    public EngineOptions withDevice(String selector) {
        return new EngineOptions(selector, profiling, kernels);
    }

    /** These options with or without profiling. */
    public EngineOptions withProfiling(boolean on) {
        return new EngineOptions(device, on, kernels);
    }

    /** These options with another set of kernels. */
    public EngineOptions withKernels(KernelSet set) {
        return new EngineOptions(device, profiling, set);
    }

    private static String deviceOfEnvironment() {
        String named = System.getenv("CLATTENTION_DEVICE");
        return named == null || named.isEmpty() ? "auto" : named;
    }
}
