package org.clattention.config;

import java.time.Duration;

/**
 * How an engine is opened.
 *
 * @param device the selector: {@code auto}, {@code opencl}, {@code opencl:N}, {@code java}, or a part of a device's name
 * @param profiling record the device time of each kernel; costs a little speed
 * @param kernels which OpenCL kernels to use
 * @param callLimit how long a call may take on the device; zero = as long as it takes. On OpenCL: how long it may wait for the
 *     device at a time. A device that takes longer is taken to hang: the call throws {@code DeviceLostException}, which closes
 *     the engine. Choose it well above what the longest call takes, its first kernels' compilation included. In the engine in
 *     Java such a call ends with {@code CallTimeoutException}, and the engine stays usable
 */
public record EngineOptions(String device, boolean profiling, KernelSet kernels, Duration callLimit) {
    /**
     * The device that the environment's {@code CLATTENTION_DEVICE} selects, or else the best one; no profiling; the kernels
     * made for the device; no limit.
     */
    public static final EngineOptions DEFAULT =
            new EngineOptions(deviceOfEnvironment(), false, KernelSet.AUTO, Duration.ZERO);

    /** Checks what must be given, and the limit. */
    public EngineOptions {
        Checks.given("device", device);
        Checks.given("kernels", kernels);
        Checks.given("callLimit", callLimit);
        if (callLimit.isNegative()) {
            throw new IllegalArgumentException("callLimit: " + callLimit + " must not be negative (zero = no limit)");
        }
    }

    /** These options with another device. */
    public EngineOptions withDevice(String selector) {
        return new EngineOptions(selector, profiling, kernels, callLimit);
    }

    /** These options with or without profiling. */
    public EngineOptions withProfiling(boolean on) {
        return new EngineOptions(device, on, kernels, callLimit);
    }

    /** These options with another set of kernels. */
    public EngineOptions withKernels(KernelSet set) {
        return new EngineOptions(device, profiling, set, callLimit);
    }

    /** These options with another limit; zero for none. */
    public EngineOptions withCallLimit(Duration limit) {
        return new EngineOptions(device, profiling, kernels, limit);
    }

    private static String deviceOfEnvironment() {
        String named = System.getenv("CLATTENTION_DEVICE");
        return named == null || named.isEmpty() ? "auto" : named;
    }
}
