package org.clattention.backend.java;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.clattention.Activation;

/** Loops on the Vector API. Loaded only where the JVM has its module. */
final class VectorLoops implements Loops {
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = F.length();
    private static final int PANEL = 64;

    /** With 32 registers of 16 floats, tiles of four vectors' width; others have 16 registers. */
    private static final boolean WIDE = LANES >= 16;

    private final Loops scalar = new ScalarLoops();
    private final QuantaLoops quanta = VectorQuanta.orScalar();
    private final float[] lanes = new float[LANES];

    @Override
    public Loops another() {
        return new VectorLoops();
    }

    @Override
    public String description() {
        return "Vector API, " + F.vectorBitSize() + " bits";
    }

    @Override
    public int panel(int columns) {
        return PANEL;
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
        int n = 0;
        for (; WIDE && n + 4 * LANES <= columns; n += 4 * LANES) {
            wide(a, aAt, rows, depth, w, wAt + n, wRow, c, cAt + n, cRow);
        }
        for (; n < columns; n += 2 * LANES) {
            narrow(a, aAt, rows, depth, w, wAt + n, wRow, c, cAt + n, cRow);
        }
    }

    private static void wide(
            float[] a, int aAt, int rows, int depth, float[] w, int wAt, int wRow, float[] c, int cAt, int cRow) {
        if (rows == 1) {
            VectorTiles.oneByFour(a, aAt, depth, w, wAt, wRow, c, cAt, cRow);
            return;
        }
        for (int r = 0; r < rows; ) {
            int at = aAt + r * STRIDE;
            if (rows - r > 3) {
                VectorTiles.sixByFour(a, at, depth, w, wAt, wRow, c, cAt + r * cRow, cRow);
                r += 6;
            } else {
                VectorTiles.threeByFour(a, at, depth, w, wAt, wRow, c, cAt + r * cRow, cRow);
                r += 3;
            }
        }
    }

    private static void narrow(
            float[] a, int aAt, int rows, int depth, float[] w, int wAt, int wRow, float[] c, int cAt, int cRow) {
        if (rows == 1) {
            VectorTiles.oneByTwo(a, aAt, depth, w, wAt, wRow, c, cAt, cRow);
            return;
        }
        for (int r = 0; r < rows; ) {
            int at = aAt + r * STRIDE;
            if (rows - r > 3) {
                VectorTiles.sixByTwo(a, at, depth, w, wAt, wRow, c, cAt + r * cRow, cRow);
                r += 6;
            } else {
                VectorTiles.threeByTwo(a, at, depth, w, wAt, wRow, c, cAt + r * cRow, cRow);
                r += 3;
            }
        }
    }

    @Override
    public void dots(float[] q, int qAt, float[] k, int kAt, int keys, int size, float[] out, int outAt) {
        int whole = F.loopBound(size);
        int j = 0;
        for (; j + 4 <= keys; j += 4) {
            VectorDots.four(q, qAt, k, kAt + j * size, whole, size, out, outAt + j, lanes);
        }
        for (; j < keys; j++) {
            VectorDots.one(q, qAt, k, kAt + j * size, whole, out, outAt + j, lanes);
        }
        for (int c = whole; c < size; c++) {
            for (j = 0; j < keys; j++) {
                out[outAt + j] = Math.fma(q[qAt + c], k[kAt + j * size + c], out[outAt + j]);
            }
        }
    }

    @Override
    public float max(float[] x, int at, int count) {
        int whole = F.loopBound(count);
        FloatVector most = FloatVector.broadcast(F, Float.NEGATIVE_INFINITY);
        FloatVector other = FloatVector.broadcast(F, Float.NEGATIVE_INFINITY);
        int i = 0;
        for (; i + LANES < whole; i += 2 * LANES) {
            FloatVector v = FloatVector.fromArray(F, x, at + i);
            FloatVector u = FloatVector.fromArray(F, x, at + i + LANES);
            most = most.blend(v, v.compare(VectorOperators.GT, most));
            other = other.blend(u, u.compare(VectorOperators.GT, other));
        }
        if (i < whole) {
            FloatVector v = FloatVector.fromArray(F, x, at + i);
            most = most.blend(v, v.compare(VectorOperators.GT, most));
        }
        most = most.blend(other, other.compare(VectorOperators.GT, most));
        return Math.max(most.reduceLanes(VectorOperators.MAX), scalar.max(x, at + whole, count - whole));
    }

    @Override
    public void clear(float[] x, int at, int rows, int count) {
        VectorScores.clear(x, at, rows, count);
    }

    @Override
    public int exceeding(float[] x, int at, int rows, int count, float[] limits) {
        int whole = F.loopBound(count);
        int exceeding = VectorScores.exceeding(x, at, rows, whole, limits);
        return whole == count ? exceeding : exceeding | scalar.exceeding(x, at + whole, rows, count - whole, limits);
    }

    @Override
    public float exponentials(float[] x, int at, int count, float shift) {
        int whole = F.loopBound(count);
        FloatVector sum = FloatVector.zero(F);
        for (int i = 0; i < whole; i += LANES) {
            FloatVector e = VectorMath.exp(FloatVector.fromArray(F, x, at + i).sub(shift));
            e.intoArray(x, at + i);
            sum = sum.add(e);
        }
        return VectorDots.sum(sum, lanes) + scalar.exponentials(x, at + whole, count - whole, shift);
    }

    @Override
    public void weights(float[] x, int at, int rows, int count, float[] shift, float[] sum) {
        VectorScores.weights(x, at, rows, count, shift, sum, lanes);
    }

    @Override
    public float sum(float[] x, int at, int count) {
        int whole = F.loopBound(count);
        FloatVector sum = FloatVector.zero(F);
        FloatVector other = FloatVector.zero(F);
        int i = 0;
        for (; i + LANES < whole; i += 2 * LANES) {
            sum = sum.add(FloatVector.fromArray(F, x, at + i));
            other = other.add(FloatVector.fromArray(F, x, at + i + LANES));
        }
        if (i < whole) {
            sum = sum.add(FloatVector.fromArray(F, x, at + i));
        }
        return VectorDots.sum(sum.add(other), lanes) + scalar.sum(x, at + whole, count - whole);
    }

    @Override
    public float squares(float[] x, int at, int count, float mean) {
        int whole = F.loopBound(count);
        FloatVector sum = FloatVector.zero(F);
        for (int i = 0; i < whole; i += LANES) {
            FloatVector d = FloatVector.fromArray(F, x, at + i).sub(mean);
            sum = d.fma(d, sum);
        }
        return VectorDots.sum(sum, lanes) + scalar.squares(x, at + whole, count - whole, mean);
    }

    @Override
    public void scale(float[] x, int at, int rows, int count, float factor) {
        int whole = F.loopBound(count);
        for (int r = 0; r < rows; r++) {
            int row = at + r * STRIDE;
            for (int i = 0; i < whole; i += LANES) {
                FloatVector.fromArray(F, x, row + i).mul(factor).intoArray(x, row + i);
            }
            for (int i = whole; i < count; i++) {
                x[row + i] *= factor;
            }
        }
    }

    @Override
    public float scaleAndSum(float[] x, int at, int count, float factor) {
        int whole = F.loopBound(count);
        FloatVector sum = FloatVector.zero(F);
        for (int i = 0; i < whole; i += LANES) {
            FloatVector y = FloatVector.fromArray(F, x, at + i).mul(factor);
            y.intoArray(x, at + i);
            sum = sum.add(y);
        }
        sum.intoArray(lanes, 0);
        float rest = whole < count ? scalar.scaleAndSum(x, at + whole, count - whole, factor) : 0;
        return VectorDots.sum(lanes) + rest;
    }

    @Override
    public void scale(float[] x, int at, int count, float factor) {
        int whole = F.loopBound(count);
        for (int i = 0; i < whole; i += LANES) {
            FloatVector.fromArray(F, x, at + i).mul(factor).intoArray(x, at + i);
        }
        scalar.scale(x, at + whole, count - whole, factor);
    }

    @Override
    public void add(float[] x, int at, float[] y, int yAt, int count) {
        int whole = F.loopBound(count);
        for (int i = 0; i < whole; i += LANES) {
            FloatVector.fromArray(F, x, at + i)
                    .add(FloatVector.fromArray(F, y, yAt + i))
                    .intoArray(x, at + i);
        }
        scalar.add(x, at + whole, y, yAt + whole, count - whole);
    }

    @Override
    public void times(float[] x, int at, float[] y, int yAt, int count) {
        int whole = F.loopBound(count);
        for (int i = 0; i < whole; i += LANES) {
            FloatVector.fromArray(F, x, at + i)
                    .mul(FloatVector.fromArray(F, y, yAt + i))
                    .intoArray(x, at + i);
        }
        scalar.times(x, at + whole, y, yAt + whole, count - whole);
    }

    @Override
    public void softcap(float[] x, int at, int count, float cap) {
        int whole = F.loopBound(count);
        for (int i = 0; i < whole; i += LANES) {
            VectorMath.tanh(FloatVector.fromArray(F, x, at + i).div(cap))
                    .mul(cap)
                    .intoArray(x, at + i);
        }
        scalar.softcap(x, at + whole, count - whole, cap);
    }

    @Override
    public void activate(float[] x, int at, int count, Activation function, float alpha) {
        int whole = F.loopBound(count);
        for (int i = 0; i < whole; i += LANES) {
            VectorMath.activation(FloatVector.fromArray(F, x, at + i), function, alpha)
                    .intoArray(x, at + i);
        }
        scalar.activate(x, at + whole, count - whole, function, alpha);
    }

    @Override
    public void loadF16(short[] from, int fromAt, float[] to, int at, int count) {
        int whole = F.loopBound(count);
        for (int i = 0; i < whole; i += LANES) {
            VectorHalves.f16(from, fromAt + i).intoArray(to, at + i);
        }
        scalar.loadF16(from, fromAt + whole, to, at + whole, count - whole);
    }

    @Override
    public void loadBf16(short[] from, int fromAt, float[] to, int at, int count) {
        int whole = F.loopBound(count);
        for (int i = 0; i < whole; i += LANES) {
            VectorHalves.bf16(from, fromAt + i).intoArray(to, at + i);
        }
        scalar.loadBf16(from, fromAt + whole, to, at + whole, count - whole);
    }

    @Override
    public QuantaLoops quanta() {
        return quanta;
    }

    @Override
    public float fmas(int steps) {
        return VectorPeak.run(steps, new float[16 * LANES]);
    }

    @Override
    public int fmasOfStep() {
        return 12 * LANES;
    }
}
