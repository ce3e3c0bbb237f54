package org.clattention.backend.java;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.B2F;
import static jdk.incubator.vector.VectorOperators.B2I;
import static jdk.incubator.vector.VectorOperators.I2F;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** Loops over quanta on the Vector API, where it has vectors of as many bytes as of floats. */
final class VectorQuanta implements QuantaLoops {
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Integer> I = IntVector.SPECIES_PREFERRED;
    private static final int LANES = F.length();

    /** The smallest vector has 64 bits. */
    private static final boolean POSSIBLE = LANES >= 8;

    private static final VectorSpecies<Byte> B =
            VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(64, F.vectorBitSize() / 4)));

    /** The scales of four vectors: in one method with the products, HotSpot would no longer keep all vectors in registers. */
    private final float[] scale = new float[4 * LANES];

    private VectorQuanta() {}

    /** These loops, or scalar ones. */
    static QuantaLoops orScalar() {
        return POSSIBLE ? new VectorQuanta() : new ScalarQuanta();
    }

    private static FloatVector load(float[] from, int at) {
        return FloatVector.fromArray(F, from, at);
    }

    private static FloatVector floats(byte[] q, int at) {
        return (FloatVector) ByteVector.fromArray(B, q, at).convertShape(B2F, F, 0);
    }

    private static IntVector ints(byte[] q, int at) {
        return (IntVector) ByteVector.fromArray(B, q, at).convertShape(B2I, I, 0);
    }

    /** The lower halves times scales; (q − 8) · d in one instruction, exact like its parts. */
    private static FloatVector lower(IntVector pairs, FloatVector scale, FloatVector offset) {
        return ((FloatVector) pairs.and(15).convert(I2F, 0)).fma(scale, offset);
    }

    private static FloatVector upper(IntVector pairs, FloatVector scale) {
        return ((FloatVector) pairs.lanewise(ASHR, 4).convert(I2F, 0)).mul(scale);
    }

    @Override
    public void load(byte[] q, int qAt, float scale, float[] to, int at, int count) {
        int whole = F.loopBound(count);
        for (int i = 0; i < whole; i += LANES) {
            floats(q, qAt + i).mul(scale).intoArray(to, at + i);
        }
        for (int i = whole; i < count; i++) {
            to[at + i] = q[qAt + i] * scale;
        }
    }

    @Override
    public void expand8(byte[] q, int qAt, short[] scales, int scalesAt, int columns, float[] to, int at) {
        for (int n = 0; n < columns; n += LANES) {
            FloatVector d = VectorHalves.f16(scales, scalesAt + n);
            for (int k = 0; k < BLOCK; k++) {
                floats(q, qAt + k * columns + n).mul(d).intoArray(to, at + k * columns + n);
            }
        }
    }

    @Override
    public void expand4(byte[] q, int qAt, short[] scales, int scalesAt, int columns, float[] to, int at) {
        for (int n = 0; n < columns; n += LANES) {
            FloatVector d = VectorHalves.f16(scales, scalesAt + n);
            FloatVector offset = d.mul(-8);
            for (int k = 0; k < BLOCK; k += 2) {
                IntVector pairs = ints(q, qAt + k / 2 * columns + n);
                lower(pairs, d, offset).intoArray(to, at + k * columns + n);
                upper(pairs, d).intoArray(to, at + (k + 1) * columns + n);
            }
        }
    }

    /** Widens the scales of some vectors. */
    private void widen(short[] scales, int at, int vectors) {
        for (int n = 0; n < vectors * LANES; n += LANES) {
            VectorHalves.f16(scales, at + n).intoArray(scale, n);
        }
    }

    @Override
    public void multiply8(
            float[] a, int aAt, int rows, byte[] q, int qAt, short[] scales, int scalesAt, int columns, float[] c) {
        int n = 0;
        for (; n + 4 * LANES <= columns; n += 4 * LANES) {
            widen(scales, scalesAt + n, 4);
            for (int r = 0; r < rows; r++) {
                four8(a, aAt + r * Loops.STRIDE, q, qAt + n, columns, scale, c, r * columns + n);
            }
        }
        for (; n < columns; n += 2 * LANES) {
            widen(scales, scalesAt + n, 2);
            for (int r = 0; r < rows; r++) {
                two8(a, aAt + r * Loops.STRIDE, q, qAt + n, columns, scale, c, r * columns + n);
            }
        }
    }

    /** One row, four vectors. */
    private static void four8(float[] a, int aAt, byte[] q, int qAt, int row, float[] scale, float[] c, int cAt) {
        FloatVector d0 = load(scale, 0);
        FloatVector d1 = load(scale, LANES);
        FloatVector d2 = load(scale, 2 * LANES);
        FloatVector d3 = load(scale, 3 * LANES);
        FloatVector s0 = load(c, cAt);
        FloatVector s1 = load(c, cAt + LANES);
        FloatVector s2 = load(c, cAt + 2 * LANES);
        FloatVector s3 = load(c, cAt + 3 * LANES);
        for (int k = 0; k < BLOCK; k++) {
            FloatVector x = FloatVector.broadcast(F, a[aAt + k]);
            int at = qAt + k * row;
            s0 = x.fma(floats(q, at).mul(d0), s0);
            s1 = x.fma(floats(q, at + LANES).mul(d1), s1);
            s2 = x.fma(floats(q, at + 2 * LANES).mul(d2), s2);
            s3 = x.fma(floats(q, at + 3 * LANES).mul(d3), s3);
        }
        s0.intoArray(c, cAt);
        s1.intoArray(c, cAt + LANES);
        s2.intoArray(c, cAt + 2 * LANES);
        s3.intoArray(c, cAt + 3 * LANES);
    }

    /** One row, two vectors. */
    private static void two8(float[] a, int aAt, byte[] q, int qAt, int row, float[] scale, float[] c, int cAt) {
        FloatVector d0 = load(scale, 0);
        FloatVector d1 = load(scale, LANES);
        FloatVector s0 = load(c, cAt);
        FloatVector s1 = load(c, cAt + LANES);
        for (int k = 0; k < BLOCK; k++) {
            FloatVector x = FloatVector.broadcast(F, a[aAt + k]);
            int at = qAt + k * row;
            s0 = x.fma(floats(q, at).mul(d0), s0);
            s1 = x.fma(floats(q, at + LANES).mul(d1), s1);
        }
        s0.intoArray(c, cAt);
        s1.intoArray(c, cAt + LANES);
    }

    @Override
    public void multiply4(
            float[] a, int aAt, int rows, byte[] q, int qAt, short[] scales, int scalesAt, int columns, float[] c) {
        for (int n = 0; n < columns; n += 2 * LANES) {
            widen(scales, scalesAt + n, 2);
            for (int r = 0; r < rows; r++) {
                two4(a, aAt + r * Loops.STRIDE, q, qAt + n, columns, scale, c, r * columns + n);
            }
        }
    }

    /** One row, two vectors. */
    private static void two4(float[] a, int aAt, byte[] q, int qAt, int row, float[] scale, float[] c, int cAt) {
        FloatVector d0 = load(scale, 0);
        FloatVector d1 = load(scale, LANES);
        FloatVector offset0 = d0.mul(-8);
        FloatVector offset1 = d1.mul(-8);
        FloatVector s0 = load(c, cAt);
        FloatVector s1 = load(c, cAt + LANES);
        for (int k = 0; k < BLOCK; k += 2) {
            FloatVector x = FloatVector.broadcast(F, a[aAt + k]);
            FloatVector y = FloatVector.broadcast(F, a[aAt + k + 1]);
            IntVector pairs0 = ints(q, qAt + k / 2 * row);
            IntVector pairs1 = ints(q, qAt + k / 2 * row + LANES);
            s0 = y.fma(upper(pairs0, d0), x.fma(lower(pairs0, d0, offset0), s0));
            s1 = y.fma(upper(pairs1, d1), x.fma(lower(pairs1, d1, offset1), s1));
        }
        s0.intoArray(c, cAt);
        s1.intoArray(c, cAt + LANES);
    }
}
