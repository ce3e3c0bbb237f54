package org.clattention.backend.java;

import org.clattention.Activation;

/**
 * The inner loops of all steps, on float arrays. One object per thread: an implementation may keep working memory. Lengths
 * of zero are fine everywhere.
 */
interface Loops {
    /** Columns of {@link #multiply} are read and written up to the next multiple of this. */
    int STEP = 32;

    /** The most components that {@link #multiply} takes at a time from a row of its left factor. */
    int DEPTH = 256;

    /** Elements from one row of the left factor to the next: a constant, so that the offsets are in the instructions. */
    int STRIDE = DEPTH + 16;

    /** The most rows of a product: what fits into registers. Both factor and result have room for so many. */
    int ROWS = 12;

    /** Loops like these for another thread. */
    Loops another();

    /** What these loops are, in a few words. */
    String description();

    /** Columns of a panel of weights with so many columns. */
    int panel(int columns);

    /**
     * c[r][n] += Σ_k a[r][k] · w[k][n].
     *
     * @param a left factor, rows {@link #STRIDE} apart
     * @param rows at most {@link #ROWS}; more of a and c may be read and written, up to that
     * @param depth at most {@link #DEPTH}
     * @param w right factor, rows {@code w_row} apart
     * @param c result, rows {@code c_row} apart
     */
    void multiply(
            float[] a,
            int aAt,
            int rows,
            int depth,
            float[] w,
            int wAt,
            int wRow,
            int columns,
            float[] c,
            int cAt,
            int cRow);

    /** x = 0 in rows {@link #STRIDE} apart; up to the next multiple of {@link #STEP}, if the rows have room. */
    void clear(float[] x, int at, int rows, int count);

    /** out[j] = Σ_c q[c] · k[j][c] for so many keys, whose rows are {@code size} apart. */
    void dots(float[] q, int qAt, float[] k, int kAt, int keys, int size, float[] out, int outAt);

    /** The largest value; −∞ if there is none. NaN is passed over. */
    float max(float[] x, int at, int count);

    /**
     * Which of at most 32 rows, {@link #STRIDE} apart, have a value larger than their limit: row r is bit r. NaN may count as larger,
     * and so may any value if the limit is −∞.
     */
    int exceeding(float[] x, int at, int rows, int count, float[] limits);

    /** x = exp(x − shift), and the sum; NaN stays NaN. */
    float exponentials(float[] x, int at, int count, float shift);

    /**
     * Scores become weights, in rows {@link #STRIDE} apart: x = {@link ScalarMath#weight weight}(x, shift[r]). Each row's sum is added to
     * {@code sum[r]}.
     */
    void weights(float[] x, int at, int rows, int count, float[] shift, float[] sum);

    /** The sum. */
    float sum(float[] x, int at, int count);

    /** Σ (x − mean)². */
    float squares(float[] x, int at, int count, float mean);

    /** x *= factor. */
    void scale(float[] x, int at, int count, float factor);

    /** x *= factor in rows {@link #STRIDE} apart. */
    default void scale(float[] x, int at, int rows, int count, float factor) {
        for (int r = 0; r < rows; r++) {
            scale(x, at + r * STRIDE, count, factor);
        }
    }

    /** x *= factor, and the sum of what comes out. */
    default float scaleAndSum(float[] x, int at, int count, float factor) {
        scale(x, at, count, factor);
        return sum(x, at, count);
    }

    /** x += y. */
    void add(float[] x, int at, float[] y, int yAt, int count);

    /** x *= y. */
    void times(float[] x, int at, float[] y, int yAt, int count);

    /** x = cap · tanh(x / cap). */
    void softcap(float[] x, int at, int count, float cap);

    /** x = f(x); the function by its {@link org.clattention.Activation#code()}. */
    void activate(float[] x, int at, int count, Activation function, float alpha);

    /** to[i] = the value of F16 bits. */
    void loadF16(short[] from, int fromAt, float[] to, int at, int count);

    /** to[i] = the value of BF16 bits. */
    void loadBf16(short[] from, int fromAt, float[] to, int at, int count);

    /** The loops over quanta that go with these. */
    QuantaLoops quanta();

    /** So many steps of independent fused multiply-adds, for measuring; what comes out is of no use but to be used. */
    float fmas(int steps);

    /** Fused multiply-adds of one of these steps. */
    int fmasOfStep();
}
