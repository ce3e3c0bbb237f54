package org.clattention.backend.java;

import java.util.Arrays;
import java.util.function.Supplier;
import org.clattention.Activation;

/** Loops for a JVM without the Vector API. */
final class ScalarLoops implements Loops {
    private final QuantaLoops quanta = new ScalarQuanta();
    private final ScalarTiles tiles = new ScalarTiles();

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
        return Math.min(ScalarTiles.WIDTH, Math.max(STEP, (columns + STEP - 1) / STEP * STEP));
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
        tiles.multiply(a, aAt, rows, depth, w, wAt, wRow, columns, c, cAt, cRow);
    }

    @Override
    public void dots(float[] q, int qAt, float[] k, int kAt, int keys, int size, float[] out, int outAt) {
        int j = 0;
        for (; j + 4 <= keys; j += 4) {
            ScalarTiles.fourDots(q, qAt, k, kAt + j * size, size, out, outAt + j);
        }
        for (; j < keys; j++) {
            ScalarTiles.dot(q, qAt, k, kAt + j * size, size, out, outAt + j);
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
    public void activate(float[] x, int at, int count, Activation function, float alpha) {
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

    @Override
    public float fmas(int steps) {
        return tiles.fmas(steps);
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
