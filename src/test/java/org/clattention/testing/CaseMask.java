package org.clattention.testing;

import java.util.Arrays;

/**
 * A mask of a generated case, with its own broadcasting, so that it shares no mistake with either side of a comparison.
 *
 * @param shape one to four dimensions
 * @param values added to scores; −∞ masks. Of a boolean mask only 0 and −∞
 */
@SuppressWarnings("ArrayRecordComponent") // test data, compared never
public record CaseMask(long[] shape, float[] values) {

    /** Draws a shape that broadcasts to [batch, heads, rows, keys], at times with fewer keys. */
    static long[] shape(CaseRandom random, int batch, int heads, int rows, int keys) {
        long[] full = {batch, heads, rows, keys};
        for (int i = 0; i < 3; i++) {
            if (random.chance(0.4)) {
                full[i] = 1;
            }
        }
        if (keys > 1 && random.chance(0.2)) {
            full[3] = random.upTo(keys - 2) + 1L;
        }
        int rank = 1 + random.upTo(3);
        if (rank == 2 && batch > 1 && batch == rows && full[2] == rows) {
            rank = 3; // a call refuses what could be [B, T] as well
        }
        return Arrays.copyOfRange(full, 4 - rank, 4);
    }

    /** The index of the value for a query and key; −1 if the mask's rows are too short for the key. */
    int index(int b, int h, int i, int j) {
        int[] at = {b, h, i, j};
        int rank = shape.length;
        if (j >= shape[rank - 1]) {
            return -1;
        }
        int index = 0;
        for (int n = 0; n < rank; n++) {
            int position = at[4 - rank + n];
            index = index * (int) shape[n] + (shape[n] == 1 && n < rank - 1 ? 0 : position);
        }
        return index;
    }

    float at(int b, int h, int i, int j) {
        int index = index(b, h, i, j);
        return index < 0 ? Float.NEGATIVE_INFINITY : values[index];
    }

    boolean[] truths() {
        boolean[] truths = new boolean[values.length];
        for (int i = 0; i < truths.length; i++) {
            truths[i] = values[i] == 0;
        }
        return truths;
    }
}
