package org.clattention.internal.backend;

import org.jspecify.annotations.Nullable;

/**
 * Where a projection writes the heads of one of its parts.
 *
 * @param view the place, written from its first row on
 * @param heads the number of heads
 * @param size the components of a head
 * @param finish what happens to each head before it is stored, in F32; null for nothing
 */
public record HeadTarget(
        HeadView view, int heads, int size, @Nullable HeadFinish finish) {
    /** Heads that are stored as they are. */
    public HeadTarget(HeadView view, int heads, int size) {
        this(view, heads, size, null);
    }

    /** The number of output columns that go here. */
    public int columns() {
        return Math.multiplyExact(heads, size);
    }
}
