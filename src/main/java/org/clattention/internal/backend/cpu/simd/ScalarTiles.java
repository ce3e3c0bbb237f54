package org.clattention.internal.backend.cpu.simd;

/**
 * Products for a JVM without the Vector API, in the form that HotSpot's compiler turns into vector instructions: several arrays
 * under one index that starts at 0, and no sums across the loop. So factors are copied into rows of their own first.
 */
final class ScalarTiles {
    /** Columns of a row array: with two rows of results and four of weights they fit the first-level cache. */
    static final int WIDTH = 256;

    private static final int STRIDE = VectorKernels.STRIDE;

    /** Steps that a single row takes through a panel at a time. */
    private static final int STEPS = 8;

    private final float[][] results = new float[VectorKernels.ROWS + 1][WIDTH];
    private final float[][] weights = new float[4][WIDTH];
    private final float[] near = new float[STEPS * WIDTH];

    /** As {@link VectorKernels#multiply}. */
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
            int cRow) {
        for (int n = 0; n < columns; n += WIDTH) {
            int count = Math.min(WIDTH, columns - n);
            for (int r = 0; r < rows; r++) {
                System.arraycopy(c, cAt + r * cRow + n, results[r], 0, count);
            }
            boolean whole = rows == 1 && count == WIDTH && wRow == WIDTH;
            int k = whole ? wholePanel(a, aAt, depth, w, wAt + n) : 0;
            for (; k + 4 <= depth; k += 4) {
                for (int i = 0; i < 4; i++) {
                    System.arraycopy(w, wAt + (k + i) * wRow + n, weights[i], 0, count);
                }
                int r = 0;
                for (; r + 2 <= rows; r += 2) {
                    int at = aAt + r * STRIDE + k;
                    twoRows(a, at, weights[0], weights[1], results[r], results[r + 1], count);
                    twoRows(a, at + 2, weights[2], weights[3], results[r], results[r + 1], count);
                }
                if (r < rows) {
                    oneRow(a, aAt + r * STRIDE + k, weights, results[r], count);
                }
            }
            for (; k < depth; k++) {
                System.arraycopy(w, wAt + k * wRow + n, weights[0], 0, count);
                for (int r = 0; r < rows; r++) {
                    oneStep(a[aAt + r * STRIDE + k], weights[0], results[r], count);
                }
            }
            for (int r = 0; r < rows; r++) {
                System.arraycopy(results[r], 0, c, cAt + r * cRow + n, count);
            }
        }
    }

    /**
     * Most steps of a single row and a whole panel, which are as fast as the weights come: in one piece they come faster from
     * memory than row by row.
     *
     * @return the steps that are done
     */
    private int wholePanel(float[] a, int aAt, int depth, float[] w, int wAt) {
        int k = 0;
        for (; k + STEPS <= depth; k += STEPS) {
            System.arraycopy(w, wAt + k * WIDTH, near, 0, STEPS * WIDTH);
            eightSteps(a, aAt + k, near, results[0]);
        }
        return k;
    }

    /** With a number of columns that is not constant, eight steps take twice as long. */
    private static void eightSteps(float[] a, int at, float[] w, float[] c) {
        float p0 = a[at];
        float p1 = a[at + 1];
        float p2 = a[at + 2];
        float p3 = a[at + 3];
        float p4 = a[at + 4];
        float p5 = a[at + 5];
        float p6 = a[at + 6];
        float p7 = a[at + 7];
        for (int n = 0; n < WIDTH; n++) {
            float sum = Math.fma(p0, w[n], c[n]);
            sum = Math.fma(p1, w[n + WIDTH], sum);
            sum = Math.fma(p2, w[n + 2 * WIDTH], sum);
            sum = Math.fma(p3, w[n + 3 * WIDTH], sum);
            sum = Math.fma(p4, w[n + 4 * WIDTH], sum);
            sum = Math.fma(p5, w[n + 5 * WIDTH], sum);
            sum = Math.fma(p6, w[n + 6 * WIDTH], sum);
            c[n] = Math.fma(p7, w[n + 7 * WIDTH], sum);
        }
    }

    /** Two rows and two steps: with more in one loop HotSpot gives up. */
    private static void twoRows(float[] a, int at, float[] w0, float[] w1, float[] first, float[] second, int count) {
        float p0 = a[at];
        float p1 = a[at + 1];
        float q0 = a[at + STRIDE];
        float q1 = a[at + STRIDE + 1];
        for (int n = 0; n < count; n++) {
            float x0 = w0[n];
            float x1 = w1[n];
            first[n] = Math.fma(p1, x1, Math.fma(p0, x0, first[n]));
            second[n] = Math.fma(q1, x1, Math.fma(q0, x0, second[n]));
        }
    }

    private static void oneRow(float[] a, int at, float[][] w, float[] c, int count) {
        fourSteps(a[at], a[at + 1], a[at + 2], a[at + 3], w[0], w[1], w[2], w[3], c, count);
    }

    private static void fourSteps(
            float p0,
            float p1,
            float p2,
            float p3,
            float[] w0,
            float[] w1,
            float[] w2,
            float[] w3,
            float[] c,
            int count) {
        for (int n = 0; n < count; n++) {
            c[n] = Math.fma(p3, w3[n], Math.fma(p2, w2[n], Math.fma(p1, w1[n], Math.fma(p0, w0[n], c[n]))));
        }
    }

    private static void oneStep(float a, float[] w, float[] c, int count) {
        for (int n = 0; n < count; n++) {
            c[n] = Math.fma(a, w[n], c[n]);
        }
    }

    /** Four keys, with two sums each: as many as keep both units busy. */
    static void fourDots(float[] q, int qAt, float[] k, int kAt, int size, float[] out, int outAt) {
        int k1 = kAt + size;
        int k2 = kAt + 2 * size;
        int k3 = kAt + 3 * size;
        float s0 = 0;
        float s1 = 0;
        float s2 = 0;
        float s3 = 0;
        float t0 = 0;
        float t1 = 0;
        float t2 = 0;
        float t3 = 0;
        int whole = size & ~1;
        for (int c = 0; c < whole; c += 2) {
            float x = q[qAt + c];
            s0 = Math.fma(x, k[kAt + c], s0);
            s1 = Math.fma(x, k[k1 + c], s1);
            s2 = Math.fma(x, k[k2 + c], s2);
            s3 = Math.fma(x, k[k3 + c], s3);
            float y = q[qAt + c + 1];
            t0 = Math.fma(y, k[kAt + c + 1], t0);
            t1 = Math.fma(y, k[k1 + c + 1], t1);
            t2 = Math.fma(y, k[k2 + c + 1], t2);
            t3 = Math.fma(y, k[k3 + c + 1], t3);
        }
        if (whole < size) {
            float x = q[qAt + whole];
            s0 = Math.fma(x, k[kAt + whole], s0);
            s1 = Math.fma(x, k[k1 + whole], s1);
            s2 = Math.fma(x, k[k2 + whole], s2);
            s3 = Math.fma(x, k[k3 + whole], s3);
        }
        out[outAt] = s0 + t0;
        out[outAt + 1] = s1 + t1;
        out[outAt + 2] = s2 + t2;
        out[outAt + 3] = s3 + t3;
    }

    static void dot(float[] q, int qAt, float[] k, int kAt, int size, float[] out, int outAt) {
        float s = 0;
        float t = 0;
        int whole = size & ~1;
        for (int c = 0; c < whole; c += 2) {
            s = Math.fma(q[qAt + c], k[kAt + c], s);
            t = Math.fma(q[qAt + c + 1], k[kAt + c + 1], t);
        }
        if (whole < size) {
            s = Math.fma(q[qAt + whole], k[kAt + whole], s);
        }
        out[outAt] = s + t;
    }

    /** As {@link VectorKernels#fmas}: rows stay in the first-level cache. */
    float fmas(int steps) {
        float[] factors = new float[STRIDE + 2];
        for (int i = 0; i < steps; i += WIDTH) {
            twoRows(factors, 0, weights[0], weights[1], results[0], results[1], WIDTH);
        }
        return results[0][0];
    }
}
