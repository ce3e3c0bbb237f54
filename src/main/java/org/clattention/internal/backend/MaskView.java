package org.clattention.internal.backend;

import java.util.Arrays;

/**
 * A mask broadcast to [batch, heads, rows, keys]; dimensions of size 1 have stride 0. Its last dimension is never
 * broadcast: keys from {@code columns} on are masked.
 */
public record MaskView(DeviceArray array, int columns, int batchStride, int headStride, int rowStride) {

    /**
     * Broadcasts a mask from the right.
     *
     * @param shape one to four dimensions
     * @throws IllegalArgumentException if the shape does not broadcast
     */
    public static MaskView broadcast(
            String name, DeviceArray array, long[] shape, int batch, int heads, int rows, int keys) {
        long[] full = {1, 1, 1, 1};
        int rank = shape.length;
        boolean fits = rank >= 1 && rank <= 4;
        for (int i = 0; fits && i < rank; i++) {
            full[4 - rank + i] = shape[i];
        }
        fits = fits
                && (full[0] == 1 || full[0] == batch)
                && (full[1] == 1 || full[1] == heads)
                && (full[2] == 1 || full[2] == rows)
                && full[3] >= 1
                && full[3] <= keys;
        if (!fits) {
            throw new IllegalArgumentException(name + ": shape " + Arrays.toString(shape)
                    + " does not broadcast to [batch, heads, query length, key length] = ["
                    + batch + ", " + heads + ", " + rows + ", " + keys + "]");
        }
        long row = full[3];
        long head = row * full[2];
        long item = head * full[1];
        if (item > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(name + ": shape " + Arrays.toString(shape) + " has " + item
                    + " elements for each batch entry, and may have at most " + Integer.MAX_VALUE);
        }
        return new MaskView(
                array,
                (int) row,
                full[0] == 1 ? 0 : (int) item,
                full[1] == 1 ? 0 : (int) head,
                full[2] == 1 ? 0 : (int) row);
    }
}
