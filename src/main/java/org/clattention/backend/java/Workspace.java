package org.clattention.backend.java;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import org.clattention.DeviceMemoryException;

/** The loops and the working memory of one thread. */
final class Workspace {
    private final Loops loops;
    private final OnlineRows[] rows = new OnlineRows[FusedAttention.MOST_TURNS];
    private final Map<Slot, float[]> slots = new EnumMap<>(Slot.class);

    Workspace(Loops loops) {
        this.loops = loops;
        Arrays.setAll(rows, i -> new OnlineRows());
    }

    /** What arrays are for; one tile uses each for one thing. */
    enum Slot {
        FACTOR,
        WEIGHTS,
        RESULT,
        QUERY,
        KEYS,
        SCORES,
        BLOCK,
        VALUES,
        CONTEXT,
        CONTEXT_BEFORE,
        FINITE_VALUES,
        ROW,
        OTHER_ROW
    }

    Loops loops() {
        return loops;
    }

    /** A block of the rows that a tile of attention is about. */
    OnlineRows rows(int block) {
        return rows[block];
    }

    /** An array of at least this size with undefined contents. */
    float[] floats(Slot slot, int size) {
        float[] held = slots.get(slot);
        if (held != null && held.length >= size) {
            return held;
        }
        try {
            float[] grown = new float[size];
            slots.put(slot, grown);
            return grown;
        } catch (OutOfMemoryError e) {
            DeviceMemoryException failure = new DeviceMemoryException(
                    "working memory of a thread",
                    4L * size,
                    Runtime.getRuntime().freeMemory(),
                    "free in the Java heap");
            failure.initCause(e);
            throw failure;
        }
    }
}
