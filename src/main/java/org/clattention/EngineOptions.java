package org.clattention;

/**
 * How an engine is opened.
 *
 * @param device the selector: {@code auto}, {@code opencl}, {@code opencl:N}, or a part of a device's name
 * @param profiling record the device time of each kernel; costs a little speed
 */
public record EngineOptions(String device, boolean profiling) {
    /** The device that the environment's {@code CLATTENTION_DEVICE} selects, or else the best one; no profiling. */
    public static final EngineOptions DEFAULT = new EngineOptions(deviceOfEnvironment(), false);

    /** These options with another device. */
    public EngineOptions withDevice(String selector) {
        return new EngineOptions(selector, profiling);
    }

    /** These options with or without profiling. */
    public EngineOptions withProfiling(boolean on) {
        return new EngineOptions(device, on);
    }

    private static String deviceOfEnvironment() {
        String named = System.getenv("CLATTENTION_DEVICE");
        return named == null || named.isEmpty() ? "auto" : named;
    }
}
