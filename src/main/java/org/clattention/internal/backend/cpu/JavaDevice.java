package org.clattention.internal.backend.cpu;

import org.clattention.config.DeviceInfo;
import org.clattention.internal.backend.cpu.simd.VectorKernelsProvider;

/** This JVM as a device. */
public final class JavaDevice {
    /** The word that selects it. */
    public static final String SELECTOR = "java";

    /** How many threads work on a call; the default is the number of processors. */
    private static final String THREADS = "clattention.java.threads";

    private static final String NAME = "Java engine";

    private JavaDevice() {}

    /** Why this JVM computes several times slower than it could, with the cure; empty if it does not. */
    public static String problem() {
        return VectorKernelsProvider.problem();
    }

    /** What the JVM says of itself. */
    public static DeviceInfo info() {
        long heap = Runtime.getRuntime().maxMemory();
        return new DeviceInfo(
                SELECTOR,
                DeviceInfo.Kind.CPU,
                // Said here too: without a binding of SLF4J nobody sees the warning.
                problem().isEmpty() ? NAME : NAME + " without the Vector API",
                "JVM",
                System.getProperty("java.vendor", "?"),
                System.getProperty("java.version", "?") + ", "
                        + VectorKernelsProvider.best().get().description(),
                "none",
                threads(),
                0,
                heap,
                Math.min(heap, 4L * JavaMemory.MAX_ELEMENTS),
                0,
                1,
                true,
                false,
                true,
                "");
    }

    static int threads() {
        int asked = Integer.getInteger(THREADS, 0);
        return asked > 0 ? asked : Runtime.getRuntime().availableProcessors();
    }
}
