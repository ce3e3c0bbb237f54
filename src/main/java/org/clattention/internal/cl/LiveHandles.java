package org.clattention.internal.cl;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts the OpenCL objects that are open, by kind. With {@code -Dclattention.trackAllocations=true} it also keeps where
 * each was made, so that a leak names its line.
 */
public final class LiveHandles {
    private static final boolean TRACK = Boolean.getBoolean("clattention.trackAllocations");
    private static final Map<String, AtomicLong> COUNTS = new ConcurrentHashMap<>();
    private static final AtomicLong LEFT = new AtomicLong();
    private static final Map<Handle, Throwable> ORIGINS = new ConcurrentHashMap<>();

    private LiveHandles() {}

    static void opened(Handle handle) {
        AtomicLong count = counter(handle.kind());
        if (TRACK) {
            ORIGINS.put(handle, new Throwable(handle + " was made here and not closed"));
        }
        // Last, so that whatever fails before leaves nothing counted.
        count.incrementAndGet();
    }

    static void closed(Handle handle) {
        counter(handle.kind()).decrementAndGet();
        if (TRACK) {
            ORIGINS.remove(handle);
        }
    }

    /** How many objects of a kind ({@code buffer}, {@code kernel}, {@code program}, {@code queue}, {@code context}) are open. */
    public static long count(String kind) {
        return counter(kind).get();
    }

    /** How many objects were still open when their context closed, which closed them, too: each one is a leak. */
    public static long leftToContexts() {
        return LEFT.get();
    }

    static void left(int handles) {
        LEFT.addAndGet(handles);
    }

    /** How many OpenCL objects are open. */
    public static long count() {
        return COUNTS.values().stream().mapToLong(AtomicLong::get).sum();
    }

    /** Where the open objects were made; empty unless tracking is on. */
    public static List<Throwable> origins() {
        return new ArrayList<>(ORIGINS.values());
    }

    private static AtomicLong counter(String kind) {
        return COUNTS.computeIfAbsent(kind, k -> new AtomicLong());
    }
}
