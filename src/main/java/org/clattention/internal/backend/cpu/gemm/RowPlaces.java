package org.clattention.internal.backend.cpu.gemm;

import org.clattention.internal.backend.HeadView;
import org.clattention.internal.backend.RowLayout;
import org.clattention.internal.backend.cpu.JavaArray;

/** Where rows lie. */
public final class RowPlaces {
    private static final int[] NO_TABLE = {};

    private RowPlaces() {}

    /** The block table of a layout; empty unless it is paged. */
    public static int[] table(RowLayout layout) {
        return layout.table() == null ? NO_TABLE : JavaArray.of(layout.table()).ints();
    }

    /** The element with which row {@code row} begins, by the view alone. */
    public static int at(HeadView view, int batch, int head, int row) {
        return view.offset() + batch * view.batchStride() + head * view.headStride() + row * view.rowStride();
    }

    /** The same for a layout, whose table is given. */
    public static int at(HeadView view, RowLayout layout, int[] table, int batch, int head, int row) {
        return switch (layout.kind()) {
            case PLAIN -> at(view, batch, head, row);
            case RING -> at(view, batch, head, row % layout.period());
            case PAGED ->
                at(view, table[batch * layout.columns() + row / layout.period()], head, row % layout.period());
        };
    }

    /** How many rows from {@code row} on follow one another in the view. */
    public static int run(RowLayout layout, int row) {
        return layout.kind() == RowLayout.Kind.PLAIN ? Integer.MAX_VALUE : layout.period() - row % layout.period();
    }
}
