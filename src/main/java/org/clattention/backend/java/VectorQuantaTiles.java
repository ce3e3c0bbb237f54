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

/**
 * A block of 32 inputs and two or four vectors of outputs: expanded, or times one or four rows with all results in registers.
 * Quanta are {@code row} bytes apart. Scales come as floats: widened in the same method, HotSpot would no longer keep all
 * vectors in registers. Halves of bytes are expanded by (q − 8) · d in one instruction, exact like its parts.
 */
final class VectorQuantaTiles {
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Integer> I = IntVector.SPECIES_PREFERRED;
    private static final int LANES = F.length();
    private static final int BLOCK = QuantaLoops.BLOCK;
    private static final int STRIDE = Loops.STRIDE;

    /** The smallest vector has 64 bits. */
    private static final VectorSpecies<Byte> B =
            VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(64, F.vectorBitSize() / 4)));

    private VectorQuantaTiles() {}

    private static FloatVector load(float[] from, int at) {
        return FloatVector.fromArray(F, from, at);
    }

    private static FloatVector broadcast(float x) {
        return FloatVector.broadcast(F, x);
    }

    static FloatVector floats(byte[] q, int at) {
        return (FloatVector) ByteVector.fromArray(B, q, at).convertShape(B2F, F, 0);
    }

    private static IntVector ints(byte[] q, int at) {
        return (IntVector) ByteVector.fromArray(B, q, at).convertShape(B2I, I, 0);
    }

    private static FloatVector floats(IntVector values) {
        return (FloatVector) values.convert(I2F, 0);
    }

    /** Two vectors as floats, rows {@code row} apart as well. */
    static void expand8(byte[] q, int qAt, int row, float[] scales, float[] to, int toAt) {
        FloatVector d0 = load(scales, 0);
        FloatVector d1 = load(scales, LANES);
        for (int k = 0; k < BLOCK; k++) {
            floats(q, qAt + k * row).mul(d0).intoArray(to, toAt + k * row);
            floats(q, qAt + k * row + LANES).mul(d1).intoArray(to, toAt + k * row + LANES);
        }
    }

    /** The same from pairs. */
    static void expand4(byte[] q, int qAt, int row, float[] scales, float[] to, int toAt) {
        FloatVector d0 = load(scales, 0);
        FloatVector d1 = load(scales, LANES);
        FloatVector offset0 = d0.mul(-8);
        FloatVector offset1 = d1.mul(-8);
        for (int k = 0; k < BLOCK; k += 2) {
            IntVector u = ints(q, qAt + k / 2 * row);
            IntVector v = ints(q, qAt + k / 2 * row + LANES);
            floats(u.and(15)).fma(d0, offset0).intoArray(to, toAt + k * row);
            floats(v.and(15)).fma(d1, offset1).intoArray(to, toAt + k * row + LANES);
            floats(u.lanewise(ASHR, 4)).mul(d0).intoArray(to, toAt + (k + 1) * row);
            floats(v.lanewise(ASHR, 4)).mul(d1).intoArray(to, toAt + (k + 1) * row + LANES);
        }
    }

    /** One row, four vectors. */
    static void oneByFour8(float[] a, int aAt, byte[] q, int qAt, int row, float[] scales, float[] c, int cAt) {
        FloatVector d0 = load(scales, 0);
        FloatVector d1 = load(scales, LANES);
        FloatVector d2 = load(scales, 2 * LANES);
        FloatVector d3 = load(scales, 3 * LANES);
        FloatVector s0 = load(c, cAt);
        FloatVector s1 = load(c, cAt + LANES);
        FloatVector s2 = load(c, cAt + 2 * LANES);
        FloatVector s3 = load(c, cAt + 3 * LANES);
        for (int k = 0; k < BLOCK; k++) {
            FloatVector x = broadcast(a[aAt + k]);
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
    static void oneByTwo8(float[] a, int aAt, byte[] q, int qAt, int row, float[] scales, float[] c, int cAt) {
        FloatVector d0 = load(scales, 0);
        FloatVector d1 = load(scales, LANES);
        FloatVector s0 = load(c, cAt);
        FloatVector s1 = load(c, cAt + LANES);
        for (int k = 0; k < BLOCK; k++) {
            FloatVector x = broadcast(a[aAt + k]);
            s0 = x.fma(floats(q, qAt + k * row).mul(d0), s0);
            s1 = x.fma(floats(q, qAt + k * row + LANES).mul(d1), s1);
        }
        s0.intoArray(c, cAt);
        s1.intoArray(c, cAt + LANES);
    }

    /** The same with pairs. */
    static void oneByTwo4(float[] a, int aAt, byte[] q, int qAt, int row, float[] scales, float[] c, int cAt) {
        FloatVector d0 = load(scales, 0);
        FloatVector d1 = load(scales, LANES);
        FloatVector offset0 = d0.mul(-8);
        FloatVector offset1 = d1.mul(-8);
        FloatVector s0 = load(c, cAt);
        FloatVector s1 = load(c, cAt + LANES);
        for (int k = 0; k < BLOCK; k += 2) {
            FloatVector x = broadcast(a[aAt + k]);
            FloatVector y = broadcast(a[aAt + k + 1]);
            IntVector u = ints(q, qAt + k / 2 * row);
            IntVector v = ints(q, qAt + k / 2 * row + LANES);
            s0 = y.fma(
                    floats(u.lanewise(ASHR, 4)).mul(d0), x.fma(floats(u.and(15)).fma(d0, offset0), s0));
            s1 = y.fma(
                    floats(v.lanewise(ASHR, 4)).mul(d1), x.fma(floats(v.and(15)).fma(d1, offset1), s1));
        }
        s0.intoArray(c, cAt);
        s1.intoArray(c, cAt + LANES);
    }

    /** Four rows, two vectors. */
    static void fourByTwo8(float[] a, int aAt, byte[] q, int qAt, int row, float[] scales, float[] c, int cAt) {
        FloatVector d0 = load(scales, 0);
        FloatVector d1 = load(scales, LANES);
        FloatVector s0 = load(c, cAt);
        FloatVector t0 = load(c, cAt + LANES);
        FloatVector s1 = load(c, cAt + row);
        FloatVector t1 = load(c, cAt + row + LANES);
        FloatVector s2 = load(c, cAt + 2 * row);
        FloatVector t2 = load(c, cAt + 2 * row + LANES);
        FloatVector s3 = load(c, cAt + 3 * row);
        FloatVector t3 = load(c, cAt + 3 * row + LANES);
        for (int k = 0; k < BLOCK; k++) {
            FloatVector u = floats(q, qAt + k * row).mul(d0);
            FloatVector v = floats(q, qAt + k * row + LANES).mul(d1);
            FloatVector x0 = broadcast(a[aAt + k]);
            s0 = x0.fma(u, s0);
            t0 = x0.fma(v, t0);
            FloatVector x1 = broadcast(a[aAt + STRIDE + k]);
            s1 = x1.fma(u, s1);
            t1 = x1.fma(v, t1);
            FloatVector x2 = broadcast(a[aAt + 2 * STRIDE + k]);
            s2 = x2.fma(u, s2);
            t2 = x2.fma(v, t2);
            FloatVector x3 = broadcast(a[aAt + 3 * STRIDE + k]);
            s3 = x3.fma(u, s3);
            t3 = x3.fma(v, t3);
        }
        s0.intoArray(c, cAt);
        t0.intoArray(c, cAt + LANES);
        s1.intoArray(c, cAt + row);
        t1.intoArray(c, cAt + row + LANES);
        s2.intoArray(c, cAt + 2 * row);
        t2.intoArray(c, cAt + 2 * row + LANES);
        s3.intoArray(c, cAt + 3 * row);
        t3.intoArray(c, cAt + 3 * row + LANES);
    }

    /** Two rows, two vectors of pairs: of a method with four rows HotSpot 17 would keep nothing in registers. */
    static void twoByTwo4(float[] a, int aAt, byte[] q, int qAt, int row, float[] scales, float[] c, int cAt) {
        FloatVector d0 = load(scales, 0);
        FloatVector d1 = load(scales, LANES);
        FloatVector offset0 = d0.mul(-8);
        FloatVector offset1 = d1.mul(-8);
        FloatVector s0 = load(c, cAt);
        FloatVector t0 = load(c, cAt + LANES);
        FloatVector s1 = load(c, cAt + row);
        FloatVector t1 = load(c, cAt + row + LANES);
        for (int k = 0; k < BLOCK; k += 2) {
            IntVector i = ints(q, qAt + k / 2 * row);
            IntVector j = ints(q, qAt + k / 2 * row + LANES);
            FloatVector u = floats(i.and(15)).fma(d0, offset0);
            FloatVector v = floats(j.and(15)).fma(d1, offset1);
            FloatVector x0 = broadcast(a[aAt + k]);
            s0 = x0.fma(u, s0);
            t0 = x0.fma(v, t0);
            FloatVector x1 = broadcast(a[aAt + STRIDE + k]);
            s1 = x1.fma(u, s1);
            t1 = x1.fma(v, t1);
            u = floats(i.lanewise(ASHR, 4)).mul(d0);
            v = floats(j.lanewise(ASHR, 4)).mul(d1);
            x0 = broadcast(a[aAt + k + 1]);
            s0 = x0.fma(u, s0);
            t0 = x0.fma(v, t0);
            x1 = broadcast(a[aAt + STRIDE + k + 1]);
            s1 = x1.fma(u, s1);
            t1 = x1.fma(v, t1);
        }
        s0.intoArray(c, cAt);
        t0.intoArray(c, cAt + LANES);
        s1.intoArray(c, cAt + row);
        t1.intoArray(c, cAt + row + LANES);
    }
}
