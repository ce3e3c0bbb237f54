package org.clattention.testing;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.clattention.AttentionEngine;
import org.clattention.config.DeviceInfo;
import org.clattention.config.EngineOptions;
import org.clattention.config.KernelSet;

/**
 * The devices that tests run on: OpenCL implementations and the engine in Java. One that is missing skips its tests, with the reason; one that
 * {@code -Dclattention.require=pocl,rusticl,oclgrind} names fails them.
 *
 * <p>Oclgrind is loaded in place of all others, by {@code OCL_ICD_VENDORS=/path/to/liboclgrind-rt-icd.so}, so it never
 * meets them in one process. A process answers only for what its loader can show: with Oclgrind loaded, only
 * {@code oclgrind} is required; without, everything but it. So the same list suits both passes.
 */
public enum TestDevice {
    /** PoCL on the CPU: the device that most cases run on. */
    POCL("portable computing language", KernelSet.PORTABLE),
    /** PoCL with the kernels made for CPUs. Building their many variants takes longer than running the cases. */
    POCL_CPU("portable computing language", KernelSet.AUTO),
    /** PoCL with the kernels made for GPUs. */
    POCL_GPU("portable computing language", KernelSet.GPU),
    /** Rusticl on llvmpipe: another compiler. */
    RUSTICL("rusticl", KernelSet.PORTABLE),
    /** Rusticl with the kernels made for GPUs. */
    RUSTICL_GPU("rusticl", KernelSet.GPU),
    /** Oclgrind: a simulator that finds races and stray accesses. Runs tests tagged "small". */
    OCLGRIND("oclgrind", KernelSet.PORTABLE),
    /** Oclgrind with the kernels made for GPUs: their barriers and local memory are what it looks at best. */
    OCLGRIND_GPU("oclgrind", KernelSet.GPU),
    /** The engine in Java, with the Vector API where the JVM has it. Always there. */
    JAVA("jvm", KernelSet.AUTO),
    /** The same with scalar loops. */
    JAVA_SCALAR("jvm", KernelSet.AUTO);

    private final String platform;
    private final KernelSet kernels;

    TestDevice(String platform, KernelSet kernels) {
        this.platform = platform;
        this.kernels = kernels;
    }

    /** The word by which this device is required: that of its implementation, whatever the kernels. */
    public String word() {
        String name = name().toLowerCase(Locale.ROOT);
        int kernelSet = name.indexOf('_');
        return kernelSet < 0 ? name : name.substring(0, kernelSet);
    }

    /** Whether this is the simulator, which has time for little. */
    public boolean simulated() {
        return word().equals("oclgrind");
    }

    /** Whether it is the engine in Java. */
    public boolean isJava() {
        return this == JAVA || this == JAVA_SCALAR;
    }

    /** True if a language model runs on it in seconds. */
    public boolean quick() {
        return isJava() || this == POCL || this == POCL_CPU;
    }

    /** Whether most of the random cases run on it. */
    public boolean takesMostCases() {
        return this == POCL || this == JAVA;
    }

    /** The device, if this process has it. */
    public Optional<DeviceInfo> find() {
        return AttentionEngine.devices().stream()
                .filter(d -> d.usable() && d.platform().toLowerCase(Locale.ROOT).contains(platform))
                .findFirst();
    }

    /** The device; without it the test is skipped, or fails if the device is required. */
    public DeviceInfo require() {
        Optional<DeviceInfo> found = find();
        if (found.isEmpty()) {
            String reason = word() + " is not among the OpenCL devices of this process: "
                    + AttentionEngine.devices().stream().map(DeviceInfo::name).toList();
            return isRequired(System.getProperty("clattention.require", ""), vendors()) ? fail(reason) : abort(reason);
        }
        return found.get();
    }

    /**
     * The devices that every contract is checked on. {@code -Dclattention.sets=all} adds those with the kernels made for GPUs:
     * building their variants takes minutes, so that otherwise only {@code GpuKernelsTest} runs them. {@code gpu}: those alone;
     * {@code cpu}: those made for CPUs alone; {@code java}: the engine in Java alone.
     */
    public static List<TestDevice> ofContracts() {
        String sets = System.getProperty("clattention.sets", "");
        return Arrays.stream(values())
                .filter(device -> switch (sets) {
                    case "all" -> true;
                    case "gpu" -> device.kernels == KernelSet.GPU;
                    case "cpu" -> device == POCL_CPU;
                    case "java" -> device.isJava();
                    default -> device.kernels != KernelSet.GPU;
                })
                .toList();
    }

    /** Options that open this device, or skip the test. */
    public EngineOptions options() {
        // Read whenever an engine is opened.
        System.setProperty("clattention.java.vector", Boolean.toString(this != JAVA_SCALAR));
        return EngineOptions.DEFAULT.withDevice(require().selector()).withKernels(kernels);
    }

    /** An engine on this device, or a skipped test. */
    public AttentionEngine open() {
        return AttentionEngine.open(options());
    }

    /** The first device that this process has: for tests of what does not depend on the device. */
    public static TestDevice any() {
        for (TestDevice device : values()) {
            if (device.find().isPresent()) {
                return device;
            }
        }
        return abort("this process has no OpenCL device");
    }

    /**
     * Whether the absence of this device is a failure.
     *
     * @param words the property {@code clattention.require}
     * @param vendors the environment's {@code OCL_ICD_VENDORS}; empty if unset
     */
    boolean isRequired(String words, String vendors) {
        boolean oclgrindLoaded = vendors.toLowerCase(Locale.ROOT).contains("oclgrind");
        return Arrays.stream(words.split(",")).anyMatch(word -> word.strip().equals(word()))
                && simulated() == oclgrindLoaded;
    }

    private static String vendors() {
        String vendors = System.getenv("OCL_ICD_VENDORS");
        return vendors == null ? "" : vendors;
    }
}
