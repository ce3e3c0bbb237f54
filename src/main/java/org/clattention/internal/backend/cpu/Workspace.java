package org.clattention.internal.backend.cpu;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import org.clattention.error.DeviceMemoryException;
import org.clattention.internal.backend.cpu.attention.FlashAttention;
import org.clattention.internal.backend.cpu.attention.OnlineSoftmax;
import org.clattention.internal.backend.cpu.simd.VectorKernels;

/** The loops and the working memory of one thread. */
public final class Workspace {
    private final VectorKernels loops;
    private final OnlineSoftmax[] rows = new OnlineSoftmax[FlashAttention.MOST_TURNS];
    private final Map<Slot, float[]> slots = new EnumMap<>(Slot.class);

    public Workspace(VectorKernels loops) {
        this.loops = loops;
        Arrays.setAll(rows, i -> new OnlineSoftmax());
    }

    /** What arrays are for; one tile uses each for one thing. */
    public enum Slot {
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

    public VectorKernels loops() {
        return loops;
    }

    /** A block of the rows that a tile of attention is about. */
    public OnlineSoftmax rows(int block) {
        return rows[block];
    }

    /** An array of at least this size with undefined contents. */
    public float[] floats(Slot slot, int size) {
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
