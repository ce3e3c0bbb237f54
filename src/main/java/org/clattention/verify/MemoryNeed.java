package org.clattention.verify;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.clattention.config.DeviceInfo;
import org.jspecify.annotations.Nullable;

/**
 * The memory that a check takes.
 *
 * @param deviceBytes on the device, in all
 * @param largestBuffer the largest single piece of it
 * @param heapBytes in the Java heap
 */
public record MemoryNeed(long deviceBytes, long largestBuffer, long heapBytes) {
    /** Too little to matter. */
    public static final MemoryNeed LITTLE = new MemoryNeed(0, 0, 0);

    /** What the rest of the JVM may use meanwhile. */
    private static final long HEAP_RESERVE = 256L << 20;

    /**
     * Why this does not fit; empty if it does.
     *
     * @param device null if the answer does not come from a device
     */
    public String problem(@Nullable DeviceInfo device) {
        if (this.equals(LITTLE)) {
            return "";
        }
        long heap = Runtime.getRuntime().maxMemory() - HEAP_RESERVE;
        if (heapBytes > heap) {
            return shortage("Java heap", heapBytes, heap);
        }
        if (device == null) {
            return "";
        }
        if (largestBuffer > device.maxAllocationBytes()) {
            return shortage("one buffer of the device", largestBuffer, device.maxAllocationBytes());
        }
        if (deviceBytes > device.memoryBytes()) {
            return shortage("device memory", deviceBytes, device.memoryBytes());
        }
        // Such a device lives in the memory of the host, next to the heap.
        boolean shared = device.kind() != DeviceInfo.Kind.GPU || device.unifiedMemory();
        long host = heapBytes + (shared ? deviceBytes : 0);
        long available = availableHostBytes();
        return host > available ? shortage("memory of the host", host, available) : "";
    }

    private static String shortage(String what, long needed, long available) {
        return String.format(Locale.ROOT, "needs %,d bytes of %s, available %,d", needed, what, available);
    }

    /** What the operating system could still provide, if it says so. */
    private static long availableHostBytes() {
        try {
            return Files.readAllLines(Path.of("/proc/meminfo")).stream()
                    .filter(line -> line.startsWith("MemAvailable:"))
                    .map(line -> line.replaceAll("\\D", ""))
                    .mapToLong(digits -> Long.parseLong(digits) << 10)
                    .findFirst()
                    .orElse(Long.MAX_VALUE);
        } catch (IOException | NumberFormatException e) {
            return Long.MAX_VALUE;
        }
    }
}
