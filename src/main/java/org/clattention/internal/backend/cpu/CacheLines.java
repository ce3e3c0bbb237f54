package org.clattention.internal.backend.cpu;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;

/**
 * Floats that lie on cache lines: a vector of 64 bytes that does not is loaded twice. G1 puts an array longer than half of a region at
 * the beginning of one and never moves it; its elements begin 16 bytes later. Elsewhere nothing is known, and nothing lost.
 */
public final class CacheLines {
    /** The first element of a long float array that begins a cache line. */
    public static final int FIRST = 12;

    /** Longer regions would take too much memory. */
    private static final long LONGEST_REGION = 8L << 20;

    /** Floats that are longer than half of a region; 0 if there are no regions, or too long ones. */
    private static final long LONG_ARRAY = longArray();

    private CacheLines() {}

    /** How many floats to allocate for so many from {@link #FIRST} on: more, if that puts them on cache lines at a bearable price. */
    public static long room(long floats) {
        return floats < LONG_ARRAY / 8 ? floats + FIRST : Math.max(floats + FIRST, LONG_ARRAY);
    }

    private static long longArray() {
        try {
            HotSpotDiagnosticMXBean bean = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
            long region = Long.parseLong(bean.getVMOption("G1HeapRegionSize").getValue());
            return region > LONGEST_REGION ? 0 : region / 2 / Float.BYTES;
        } catch (RuntimeException e) {
            // Another JVM, without such regions or such a bean.
            return 0;
        }
    }
}
