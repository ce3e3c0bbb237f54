package org.clattention.backend;

/**
 * Where a projection writes the heads of one of its parts.
 *
 * @param view the place, written from its first row on
 * @param heads the number of heads
 * @param size the components of a head
 */
public record HeadTarget(HeadView view, int heads, int size) {
    /** The number of output columns that go here. */
    public int columns() {
        return Math.multiplyExact(heads, size);
    }
}
