package org.clattention.backend.java;

import java.util.Arrays;
import java.util.function.Supplier;

/**
 * Loops for a JVM without the Vector API, in the form that HotSpot's compiler turns into vector instructions: several arrays
 * under one index that starts at 0, and no sums across the loop. So factors are copied into rows of their own first.
 */
final class ScalarLoops implements Loops {
    /** Columns of a row array: with two rows of results and four of weights they fit the first-level cache. */
    private static final int WIDTH = 256;

    private final QuantaLoops quanta = new ScalarQuanta();
    private final float[][] results = new float[ROWS + 1][WIDTH];
    private final float[][] weights = new float[4][WIDTH];

    @Override
    public Loops another() {
        return new ScalarLoops();
    }

    @Override
    public String description() {
        return "scalar loops";
    }

    @Override
    public int panel(int columns) {
        return Math.min(WIDTH, Math.max(STEP, (columns + STEP - 1) / STEP * STEP));
    }

    @Override
    public void multiply(
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
            int k = 0;
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

    @Override
    public void dots(float[] q, int qAt, float[] k, int kAt, int keys, int size, float[] out, int outAt) {
        for (int j = 0; j < keys; j++) {
            int from = kAt + j * size;
            float s0 = 0;
            float s1 = 0;
            float s2 = 0;
            float s3 = 0;
            int c = 0;
            for (; c + 4 <= size; c += 4) {
                s0 = Math.fma(q[qAt + c], k[from + c], s0);
                s1 = Math.fma(q[qAt + c + 1], k[from + c + 1], s1);
                s2 = Math.fma(q[qAt + c + 2], k[from + c + 2], s2);
                s3 = Math.fma(q[qAt + c + 3], k[from + c + 3], s3);
            }
            for (; c < size; c++) {
                s0 = Math.fma(q[qAt + c], k[from + c], s0);
            }
            out[outAt + j] = (s0 + s1) + (s2 + s3);
        }
    }

    @Override
    public float max(float[] x, int at, int count) {
        float largest = Float.NEGATIVE_INFINITY;
        for (int i = at; i < at + count; i++) {
            largest = x[i] > largest ? x[i] : largest;
        }
        return largest;
    }

    @Override
    public void clear(float[] x, int at, int rows, int count) {
        for (int r = 0; r < rows; r++) {
            Arrays.fill(x, at + r * STRIDE, at + r * STRIDE + count, 0);
        }
    }

    @Override
    public int exceeding(float[] x, int at, int rows, int count, float[] limits) {
        int result = 0;
        for (int r = 0; r < rows; r++) {
            float limit = limits[r];
            int larger = 0;
            for (int i = at + r * STRIDE; i < at + r * STRIDE + count; i++) {
                larger |= x[i] > limit ? 1 : 0;
            }
            result |= larger << r;
        }
        return result;
    }

    @Override
    public float exponentials(float[] x, int at, int count, float shift) {
        float s0 = 0;
        float s1 = 0;
        for (int i = at; i < at + count; i++) {
            float e = ScalarMath.exp(x[i] - shift);
            x[i] = e;
            if ((i & 1) == 0) {
                s0 += e;
            } else {
                s1 += e;
            }
        }
        return s0 + s1;
    }

    @Override
    public void weights(float[] x, int at, int rows, int count, float[] shift, float[] sum) {
        for (int r = 0; r < rows; r++) {
            float s0 = 0;
            float s1 = 0;
            for (int i = at + r * STRIDE; i < at + r * STRIDE + count; i++) {
                float e = ScalarMath.weight(x[i], shift[r]);
                x[i] = e;
                if ((i & 1) == 0) {
                    s0 += e;
                } else {
                    s1 += e;
                }
            }
            sum[r] += s0 + s1;
        }
    }

    @Override
    public float sum(float[] x, int at, int count) {
        double sum = 0;
        for (int i = at; i < at + count; i++) {
            sum += x[i];
        }
        return (float) sum;
    }

    @Override
    public float squares(float[] x, int at, int count, float mean) {
        double sum = 0;
        for (int i = at; i < at + count; i++) {
            double d = x[i] - mean;
            sum += d * d;
        }
        return (float) sum;
    }

    @Override
    public void scale(float[] x, int at, int count, float factor) {
        for (int i = at; i < at + count; i++) {
            x[i] *= factor;
        }
    }

    @Override
    public void add(float[] x, int at, float[] y, int yAt, int count) {
        for (int i = 0; i < count; i++) {
            x[at + i] += y[yAt + i];
        }
    }

    @Override
    public void times(float[] x, int at, float[] y, int yAt, int count) {
        for (int i = 0; i < count; i++) {
            x[at + i] *= y[yAt + i];
        }
    }

    @Override
    public void softcap(float[] x, int at, int count, float cap) {
        for (int i = at; i < at + count; i++) {
            x[i] = cap * ScalarMath.tanh(x[i] / cap);
        }
    }

    @Override
    public void activate(float[] x, int at, int count, int function, float alpha) {
        for (int i = at; i < at + count; i++) {
            x[i] = ScalarMath.activation(x[i], function, alpha);
        }
    }

    @Override
    public void loadF16(short[] from, int fromAt, float[] to, int at, int count) {
        for (int i = 0; i < count; i++) {
            int bits = from[fromAt + i];
            int magnitude = (bits & 0x7fff) << 13;
            // Moving the exponent by a product takes care of subnormal values; infinity and NaN need their own
            // exponent.
            float value = Float.intBitsToFloat(magnitude) * 0x1p112f;
            int exact = magnitude >= 0x0f800000 ? magnitude | 0x7f800000 : Float.floatToRawIntBits(value);
            to[at + i] = Float.intBitsToFloat(exact | (bits & 0x80000000));
        }
    }

    @Override
    public void loadBf16(short[] from, int fromAt, float[] to, int at, int count) {
        for (int i = 0; i < count; i++) {
            to[at + i] = Float.intBitsToFloat(from[fromAt + i] << 16);
        }
    }

    @Override
    public QuantaLoops quanta() {
        return quanta;
    }

    /** In the form that is compiled to vectors; rows stay in the first-level cache. */
    @Override
    public float fmas(int steps) {
        float[] factors = new float[STRIDE + 2];
        for (int i = 0; i < steps; i += WIDTH) {
            twoRows(factors, 0, weights[0], weights[1], results[0], results[1], WIDTH);
        }
        return results[0][0];
    }

    @Override
    public int fmasOfStep() {
        return 4;
    }

    /** How to make them. */
    static Supplier<Loops> supplier() {
        return ScalarLoops::new;
    }
}
