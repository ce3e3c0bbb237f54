package org.clattention.backend;

import org.jspecify.annotations.Nullable;

/**
 * How row j of a sequence finds its place in a view.
 *
 * @param kind the rule
 * @param period capacity of a ring, or rows of a block
 * @param table I32 [batch, columns], the block numbers of each sequence; null unless paged
 * @param columns blocks per sequence in the table
 */
public record RowLayout(Kind kind, int period, @Nullable DeviceArray table, int columns) {
    /** Row j is row j. */
    public static final RowLayout PLAIN = new RowLayout(Kind.PLAIN, 1, null, 0);

    /** The rules. */
    public enum Kind {
        /** Row j is row j. */
        PLAIN,
        /** Row j is row j modulo the period. */
        RING,
        /** Row j is row j modulo the period of block table[j / period]; a view's batch stride is that of blocks. */
        PAGED
    }

    /** A ring of so many rows. */
    public static RowLayout ring(int capacity) {
        return new RowLayout(Kind.RING, capacity, null, 0);
    }

    /** Blocks of so many rows. */
    public static RowLayout paged(int blockRows, DeviceArray table, int columns) {
        return new RowLayout(Kind.PAGED, blockRows, table, columns);
    }
}
