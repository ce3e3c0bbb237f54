package org.clattention.internal.backend;

import org.jspecify.annotations.Nullable;

/**
 * Takes [batch, heads, rows, size] from one view to another, changing layout and type; on the way optionally an RMS norm of
 * each head, then the rotary embedding.
 *
 * @param batch B
 * @param heads H
 * @param rows rows of each sequence
 * @param size components of a head
 * @param source where from
 * @param firstSource the source's row that is row 0
 * @param sourceRows how the source keeps its rows
 * @param target where to; may be the source if types and layouts agree; in Q8_0 its rows, and {@code size}, are whole blocks
 * @param firstTarget the position at which row 0 is stored, unless {@code starts} is given
 * @param targetRows how the target keeps its rows
 * @param starts I32 [B, 3]: for each sequence its first source row, how many rows it has, and the position of the first;
 *     or null
 * @param norm [size] weights of the RMS norm; null for none
 * @param normEpsilon added to the mean square
 * @param rotation the rotary embedding; null for none
 */
public record StoreOp(
        int batch,
        int heads,
        int rows,
        int size,
        HeadView source,
        int firstSource,
        RowLayout sourceRows,
        HeadView target,
        int firstTarget,
        RowLayout targetRows,
        @Nullable DeviceArray starts,
        @Nullable DeviceArray norm,
        double normEpsilon,
        @Nullable Rotation rotation) {

    /** A plain copy. */
    public static StoreOp copy(int batch, int heads, int rows, int size, HeadView source, HeadView target) {
        return new StoreOp(
                batch, heads, rows, size, source, 0, RowLayout.PLAIN, target, 0, RowLayout.PLAIN, null, null, 0, null);
    }

    /**
     * The angles of a rotary embedding.
     *
     * @param cosines F32 [positions, dim/2]
     * @param sines F32 [positions, dim/2]
     * @param positions I32: the tables' row of the token in source row r of batch entry b is
     *     {@code positions[b·angleBatch + r]}; null: rows count from {@code firstAngle} on
     * @param firstAngle the tables' row of row 0
     * @param angleBatch rows of the tables, or of positions, from one batch entry to the next; 0 if all share them
     * @param dim components that turn
     * @param interleaved pairs are neighbours, not halves
     */
    public record Rotation(
            DeviceArray cosines,
            DeviceArray sines,
            @Nullable DeviceArray positions,
            int firstAngle,
            int angleBatch,
            int dim,
            boolean interleaved) {}
}
