package org.clattention.internal.backend.cpu.simd;

import static jdk.incubator.vector.VectorOperators.B2F;
import static jdk.incubator.vector.VectorOperators.B2I;
import static jdk.incubator.vector.VectorOperators.LSHL;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * A block of 32 inputs and one, two or four vectors of outputs: expanded, or times up to four rows with all results in
 * registers. Quanta are {@code row} bytes apart; those of four bits q become (1 + q/16) · 16d − 24d, which is exact and spares
 * a conversion, the largest operation to inline. In methods of too many operations HotSpot 17 stops inlining, and vectors
 * become objects, a tenth as fast: so methods are small, or longer than the 325 bytes that it inlines into their callers.
 */
final class SimdQuantizedTiles {
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Integer> I = IntVector.SPECIES_PREFERRED;
    private static final int LANES = F.length();
    private static final int BLOCK = QuantizedKernels.BLOCK;
    private static final int STRIDE = VectorKernels.STRIDE;

    /** The smallest vector has 64 bits. */
    private static final VectorSpecies<Byte> B =
            VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(64, F.vectorBitSize() / 4)));

    /** Where the quanta of four bits lie in a fraction, and how far it is from a byte's halves to there. */
    private static final int HALF = 0x780000;

    private static final int LOW = 19;
    private static final int HIGH = 15;

    /** The bits of 1. */
    private static final int ONE = 0x3f800000;

    private SimdQuantizedTiles() {}

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

    /** 1 + q/16 of quanta that have been shifted into the first bits of a fraction. */
    private static FloatVector float4(IntVector shifted, IntVector half, IntVector one) {
        return shifted.and(half).or(one).reinterpretAsFloats();
    }

    /** One vector as floats, rows {@code row} apart as well. */
    static void expand8(byte[] q, int qAt, int row, float[] scales, int dAt, float[] to, int toAt) {
        FloatVector d = load(scales, dAt);
        for (int k = 0; k < BLOCK; k++) {
            floats(q, qAt + k * row).mul(d).intoArray(to, toAt + k * row);
        }
    }

    /** The same from pairs. */
    static void expand4(byte[] q, int qAt, int row, float[] scales, int dAt, float[] to, int toAt) {
        IntVector half = IntVector.broadcast(I, HALF);
        IntVector one = IntVector.broadcast(I, ONE);
        FloatVector d = load(scales, dAt).mul(16);
        FloatVector offset = d.mul(-1.5f);
        for (int k = 0; k < BLOCK; k += 2) {
            IntVector u = ints(q, qAt + k / 2 * row);
            float4(u.lanewise(LSHL, LOW), half, one).fma(d, offset).intoArray(to, toAt + k * row);
            float4(u.lanewise(LSHL, HIGH), half, one).fma(d, offset).intoArray(to, toAt + (k + 1) * row);
        }
    }

    /** One row, four vectors. */
    static void oneByFour8(
            float[] a, int aAt, byte[] q, int qAt, int row, float[] scales, int dAt, float[] c, int cAt) {
        FloatVector d0 = load(scales, dAt);
        FloatVector d1 = load(scales, dAt + LANES);
        FloatVector d2 = load(scales, dAt + 2 * LANES);
        FloatVector d3 = load(scales, dAt + 3 * LANES);
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

    /** One row, two vectors: for panels of 32 outputs. */
    static void oneByTwo8(float[] a, int aAt, byte[] q, int qAt, int row, float[] scales, int dAt, float[] c, int cAt) {
        FloatVector d0 = load(scales, dAt);
        FloatVector d1 = load(scales, dAt + LANES);
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
    static void oneByTwo4(float[] a, int aAt, byte[] q, int qAt, int row, float[] scales, int dAt, float[] c, int cAt) {
        IntVector half = IntVector.broadcast(I, HALF);
        IntVector one = IntVector.broadcast(I, ONE);
        FloatVector d0 = load(scales, dAt).mul(16);
        FloatVector d1 = load(scales, dAt + LANES).mul(16);
        FloatVector offset0 = d0.mul(-1.5f);
        FloatVector offset1 = d1.mul(-1.5f);
        FloatVector s0 = load(c, cAt);
        FloatVector s1 = load(c, cAt + LANES);
        for (int k = 0; k < BLOCK; k += 2) {
            FloatVector x = broadcast(a[aAt + k]);
            FloatVector y = broadcast(a[aAt + k + 1]);
            IntVector u = ints(q, qAt + k / 2 * row);
            IntVector v = ints(q, qAt + k / 2 * row + LANES);
            IntVector u0 = u.lanewise(LSHL, LOW).and(half).or(one);
            IntVector u1 = u.lanewise(LSHL, HIGH).and(half).or(one);
            IntVector v0 = v.lanewise(LSHL, LOW).and(half).or(one);
            IntVector v1 = v.lanewise(LSHL, HIGH).and(half).or(one);
            s0 = x.fma(u0.reinterpretAsFloats().fma(d0, offset0), s0);
            s0 = y.fma(u1.reinterpretAsFloats().fma(d0, offset0), s0);
            s1 = x.fma(v0.reinterpretAsFloats().fma(d1, offset1), s1);
            s1 = y.fma(v1.reinterpretAsFloats().fma(d1, offset1), s1);
        }
        s0.intoArray(c, cAt);
        s1.intoArray(c, cAt + LANES);
    }

    /** Four rows, two vectors. */
    static void fourByTwo8(
            float[] a, int aAt, byte[] q, int qAt, int row, float[] scales, int dAt, float[] c, int cAt) {
        FloatVector d0 = load(scales, dAt);
        FloatVector d1 = load(scales, dAt + LANES);
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
    static void twoByTwo4(float[] a, int aAt, byte[] q, int qAt, int row, float[] scales, int dAt, float[] c, int cAt) {
        IntVector half = IntVector.broadcast(I, HALF);
        IntVector one = IntVector.broadcast(I, ONE);
        FloatVector d0 = load(scales, dAt).mul(16);
        FloatVector d1 = load(scales, dAt + LANES).mul(16);
        FloatVector offset0 = d0.mul(-1.5f);
        FloatVector offset1 = d1.mul(-1.5f);
        FloatVector s0 = load(c, cAt);
        FloatVector t0 = load(c, cAt + LANES);
        FloatVector s1 = load(c, cAt + row);
        FloatVector t1 = load(c, cAt + row + LANES);
        for (int k = 0; k < BLOCK; k += 2) {
            IntVector i = ints(q, qAt + k / 2 * row);
            IntVector j = ints(q, qAt + k / 2 * row + LANES);
            FloatVector u = float4(i.lanewise(LSHL, LOW), half, one).fma(d0, offset0);
            FloatVector v = float4(j.lanewise(LSHL, LOW), half, one).fma(d1, offset1);
            FloatVector x0 = broadcast(a[aAt + k]);
            s0 = x0.fma(u, s0);
            t0 = x0.fma(v, t0);
            FloatVector x1 = broadcast(a[aAt + STRIDE + k]);
            s1 = x1.fma(u, s1);
            t1 = x1.fma(v, t1);
            u = float4(i.lanewise(LSHL, HIGH), half, one).fma(d0, offset0);
            v = float4(j.lanewise(LSHL, HIGH), half, one).fma(d1, offset1);
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
