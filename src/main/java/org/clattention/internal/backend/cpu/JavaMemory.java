package org.clattention.internal.backend.cpu;

import java.lang.reflect.Array;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import org.clattention.config.DataType;
import org.clattention.error.DeviceMemoryException;
import org.jspecify.annotations.Nullable;

/**
 * Java arrays with a count of their bytes. A few freed ones are kept for the next who wants the same size: the results of
 * a call that repeats cost neither garbage nor zeroing. Thread-safe.
 */
public final class JavaMemory {
    /** The longest array that HotSpot makes. */
    static final int MAX_ELEMENTS = Integer.MAX_VALUE - 8;

    private static final int MAX_KEPT = 32;
    private static final long MAX_KEPT_BYTES = 32L << 20;

    private final long limit = Runtime.getRuntime().maxMemory();
    private final Deque<Object> kept = new ArrayDeque<>();
    private long keptBytes;
    private long liveBytes;

    /** An array with undefined contents. */
    public JavaArray allocate(DataType type, long elements, String name) {
        Object data = data(type, elements, name);
        try {
            return new JavaArray(type, elements, data, this);
        } catch (RuntimeException | Error e) {
            free(data);
            throw e;
        }
    }

    /** A Java array for such elements; whoever gets it gives it back by {@link #free}. */
    Object data(DataType type, long elements, String name) {
        Class<?> component = component(type, name);
        long bytes = type.bytes(elements);
        long length = type.isQuantized() ? bytes : elements;
        if (length > MAX_ELEMENTS) {
            throw new DeviceMemoryException(
                    name, bytes, MAX_ELEMENTS * (bytes / length), "the longest array of a JVM has 2^31 - 9 elements");
        }
        Object reused = reserve(component, (int) length, bytes, name);
        if (reused != null) {
            return reused;
        }
        try {
            return Array.newInstance(component, (int) length);
        } catch (OutOfMemoryError e) {
            synchronized (this) {
                liveBytes -= bytes;
            }
            DeviceMemoryException failure = new DeviceMemoryException(
                    name, bytes, Runtime.getRuntime().freeMemory(), "free in the Java heap; see -Xmx");
            failure.initCause(e);
            throw failure;
        }
    }

    private synchronized @Nullable Object reserve(Class<?> component, int elements, long bytes, String name) {
        if (liveBytes + bytes > limit) {
            throw new DeviceMemoryException(name, bytes, limit - liveBytes, "what is left of the Java heap; see -Xmx");
        }
        liveBytes += bytes;
        for (Iterator<Object> each = kept.iterator(); each.hasNext(); ) {
            Object array = each.next();
            if (array.getClass().getComponentType() == component && Array.getLength(array) == elements) {
                each.remove();
                keptBytes -= bytes;
                return array;
            }
        }
        if (liveBytes + keptBytes > limit / 2) {
            kept.clear();
            keptBytes = 0;
        }
        return null;
    }

    synchronized void free(Object array) {
        long bytes = (long) Array.getLength(array) * elementBytes(array);
        liveBytes -= bytes;
        if (bytes > MAX_KEPT_BYTES / 4) {
            return;
        }
        kept.addFirst(array);
        keptBytes += bytes;
        while (kept.size() > MAX_KEPT || keptBytes > MAX_KEPT_BYTES) {
            Object oldest = kept.removeLast();
            keptBytes -= Array.getLength(oldest) * (long) elementBytes(oldest);
        }
    }

    synchronized long liveBytes() {
        return liveBytes;
    }

    /** Forgets the arrays that are kept for reuse. */
    synchronized void close() {
        kept.clear();
        keptBytes = 0;
    }

    private static int elementBytes(Object array) {
        return array instanceof short[] ? 2 : array instanceof byte[] ? 1 : 4;
    }

    private static Class<?> component(DataType type, String name) {
        return switch (type) {
            case F32 -> float.class;
            case F16, BF16 -> short.class;
            case I32 -> int.class;
            case U8, BOOL, Q8_0, Q4_0 -> byte.class;
            default ->
                throw new IllegalArgumentException(
                        name + ": the Java engine does not store type " + type + "; use F32, F16, BF16, Q8_0 or Q4_0");
        };
    }
}
