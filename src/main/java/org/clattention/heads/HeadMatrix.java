package org.clattention.heads;

import java.util.Arrays;

/** The attention weights of one head [S, T], row-major; immutable. A row is a query; its sum is 1, less with a sink, 0 if masked. */
public final class HeadMatrix {
    /** Sums of many rounded weights may exceed 1 by a little. */
    private static final float MOST = 1.001f;

    private final int queries;
    private final int keys;
    private final float[] values;

    private HeadMatrix(int queries, int keys, float[] values) {
        this.queries = queries;
        this.keys = keys;
        this.values = values;
    }

    /**
     * A matrix with a copy of {@code rows}.
     *
     * @param rows S · T weights
     * @throws IllegalArgumentException if the count is not S · T, or a weight is not a number between 0 and 1
     */
    public static HeadMatrix of(int queries, int keys, float... rows) {
        if (rows.length != (long) queries * keys) {
            throw new IllegalArgumentException("rows: " + rows.length + " weights are not " + queries + " x " + keys);
        }
        return copyOf(queries, keys, rows, 0);
    }

    /** The same from S · T weights in {@code all} that begin at {@code start}. */
    static HeadMatrix copyOf(int queries, int keys, float[] all, int start) {
        long count = (long) queries * keys;
        if (queries < 1 || keys < 1 || start + count > all.length) {
            throw new IllegalArgumentException(
                    "rows: " + all.length + " weights from " + start + " are not " + queries + " x " + keys);
        }
        float[] values = Arrays.copyOfRange(all, start, start + (int) count);
        for (int i = 0; i < values.length; i++) {
            if (!(values[i] >= 0 && values[i] <= MOST)) {
                throw new IllegalArgumentException("rows: the weight " + values[i] + " of query " + i / keys
                        + " and key " + i % keys + " is not between 0 and 1");
            }
        }
        return new HeadMatrix(queries, keys, values);
    }

    /** S. */
    public int queries() {
        return queries;
    }

    /** T. */
    public int keys() {
        return keys;
    }

    /** How much query {@code query} looks at key {@code key}. */
    public float weight(int query, int key) {
        return values[query * keys + key];
    }

    /** The entropy −Σ w·ln w of a row, in nats: 0 for a single key, ln n for n keys alike. */
    public double entropy(int query) {
        double sum = 0;
        for (int key = 0; key < keys; key++) {
            double w = weight(query, key);
            sum -= w == 0 ? 0 : w * Math.log(w);
        }
        return Math.max(0, sum);
    }
}
