package org.clattention.internal.backend;

import org.jspecify.annotations.Nullable;

/**
 * Where a projection writes the heads of one of its parts.
 *
 * @param view the place, written from its first row on
 * @param heads the number of heads
 * @param size the components of a head
 * @param epilogue what happens to each head before it is stored; null for nothing
 */
public record HeadTarget(HeadView view, int heads, int size, Epilogue.@Nullable HeadNormRope epilogue) {
    /** Heads that are stored as they are. */
    public HeadTarget(HeadView view, int heads, int size) {
        this(view, heads, size, null);
    }

    /** The rows of y [rows, columns], as one head. */
    public static HeadTarget rows(DeviceArray y, int columns) {
        return new HeadTarget(new HeadView(y, 0, 0, 0, columns), 1, columns);
    }

    /** The number of output columns that go here. */
    public int columns() {
        return Math.multiplyExact(heads, size);
    }
}
