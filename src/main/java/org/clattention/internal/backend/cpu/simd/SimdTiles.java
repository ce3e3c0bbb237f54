package org.clattention.internal.backend.cpu.simd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Products of a few rows and two or four vectors of columns, with all results in registers: c += a · w. Written out row by row, because
 * only local variables stay in registers.
 */
final class SimdTiles {
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = F.length();
    private static final int STRIDE = VectorKernels.STRIDE;

    private SimdTiles() {}

    private static FloatVector load(float[] from, int at) {
        return FloatVector.fromArray(F, from, at);
    }

    /** Six rows, four vectors: 24 of the 32 registers of AVX-512. */
    static void sixByFour(float[] a, int aAt, int depth, float[] w, int wAt, int wRow, float[] c, int cAt, int cRow) {
        FloatVector p0 = load(c, cAt + 0 * cRow);
        FloatVector q0 = load(c, cAt + 0 * cRow + LANES);
        FloatVector s0 = load(c, cAt + 0 * cRow + 2 * LANES);
        FloatVector t0 = load(c, cAt + 0 * cRow + 3 * LANES);
        FloatVector p1 = load(c, cAt + 1 * cRow);
        FloatVector q1 = load(c, cAt + 1 * cRow + LANES);
        FloatVector s1 = load(c, cAt + 1 * cRow + 2 * LANES);
        FloatVector t1 = load(c, cAt + 1 * cRow + 3 * LANES);
        FloatVector p2 = load(c, cAt + 2 * cRow);
        FloatVector q2 = load(c, cAt + 2 * cRow + LANES);
        FloatVector s2 = load(c, cAt + 2 * cRow + 2 * LANES);
        FloatVector t2 = load(c, cAt + 2 * cRow + 3 * LANES);
        FloatVector p3 = load(c, cAt + 3 * cRow);
        FloatVector q3 = load(c, cAt + 3 * cRow + LANES);
        FloatVector s3 = load(c, cAt + 3 * cRow + 2 * LANES);
        FloatVector t3 = load(c, cAt + 3 * cRow + 3 * LANES);
        FloatVector p4 = load(c, cAt + 4 * cRow);
        FloatVector q4 = load(c, cAt + 4 * cRow + LANES);
        FloatVector s4 = load(c, cAt + 4 * cRow + 2 * LANES);
        FloatVector t4 = load(c, cAt + 4 * cRow + 3 * LANES);
        FloatVector p5 = load(c, cAt + 5 * cRow);
        FloatVector q5 = load(c, cAt + 5 * cRow + LANES);
        FloatVector s5 = load(c, cAt + 5 * cRow + 2 * LANES);
        FloatVector t5 = load(c, cAt + 5 * cRow + 3 * LANES);
        for (int k = 0; k < depth; k++) {
            FloatVector u0 = load(w, wAt + k * wRow);
            FloatVector u1 = load(w, wAt + k * wRow + LANES);
            FloatVector u2 = load(w, wAt + k * wRow + 2 * LANES);
            FloatVector u3 = load(w, wAt + k * wRow + 3 * LANES);
            FloatVector x0 = FloatVector.broadcast(F, a[aAt + 0 * STRIDE + k]);
            p0 = x0.fma(u0, p0);
            q0 = x0.fma(u1, q0);
            s0 = x0.fma(u2, s0);
            t0 = x0.fma(u3, t0);
            FloatVector x1 = FloatVector.broadcast(F, a[aAt + 1 * STRIDE + k]);
            p1 = x1.fma(u0, p1);
            q1 = x1.fma(u1, q1);
            s1 = x1.fma(u2, s1);
            t1 = x1.fma(u3, t1);
            FloatVector x2 = FloatVector.broadcast(F, a[aAt + 2 * STRIDE + k]);
            p2 = x2.fma(u0, p2);
            q2 = x2.fma(u1, q2);
            s2 = x2.fma(u2, s2);
            t2 = x2.fma(u3, t2);
            FloatVector x3 = FloatVector.broadcast(F, a[aAt + 3 * STRIDE + k]);
            p3 = x3.fma(u0, p3);
            q3 = x3.fma(u1, q3);
            s3 = x3.fma(u2, s3);
            t3 = x3.fma(u3, t3);
            FloatVector x4 = FloatVector.broadcast(F, a[aAt + 4 * STRIDE + k]);
            p4 = x4.fma(u0, p4);
            q4 = x4.fma(u1, q4);
            s4 = x4.fma(u2, s4);
            t4 = x4.fma(u3, t4);
            FloatVector x5 = FloatVector.broadcast(F, a[aAt + 5 * STRIDE + k]);
            p5 = x5.fma(u0, p5);
            q5 = x5.fma(u1, q5);
            s5 = x5.fma(u2, s5);
            t5 = x5.fma(u3, t5);
        }
        p0.intoArray(c, cAt + 0 * cRow);
        q0.intoArray(c, cAt + 0 * cRow + LANES);
        s0.intoArray(c, cAt + 0 * cRow + 2 * LANES);
        t0.intoArray(c, cAt + 0 * cRow + 3 * LANES);
        p1.intoArray(c, cAt + 1 * cRow);
        q1.intoArray(c, cAt + 1 * cRow + LANES);
        s1.intoArray(c, cAt + 1 * cRow + 2 * LANES);
        t1.intoArray(c, cAt + 1 * cRow + 3 * LANES);
        p2.intoArray(c, cAt + 2 * cRow);
        q2.intoArray(c, cAt + 2 * cRow + LANES);
        s2.intoArray(c, cAt + 2 * cRow + 2 * LANES);
        t2.intoArray(c, cAt + 2 * cRow + 3 * LANES);
        p3.intoArray(c, cAt + 3 * cRow);
        q3.intoArray(c, cAt + 3 * cRow + LANES);
        s3.intoArray(c, cAt + 3 * cRow + 2 * LANES);
        t3.intoArray(c, cAt + 3 * cRow + 3 * LANES);
        p4.intoArray(c, cAt + 4 * cRow);
        q4.intoArray(c, cAt + 4 * cRow + LANES);
        s4.intoArray(c, cAt + 4 * cRow + 2 * LANES);
        t4.intoArray(c, cAt + 4 * cRow + 3 * LANES);
        p5.intoArray(c, cAt + 5 * cRow);
        q5.intoArray(c, cAt + 5 * cRow + LANES);
        s5.intoArray(c, cAt + 5 * cRow + 2 * LANES);
        t5.intoArray(c, cAt + 5 * cRow + 3 * LANES);
    }

    /** Three rows, four vectors. */
    static void threeByFour(float[] a, int aAt, int depth, float[] w, int wAt, int wRow, float[] c, int cAt, int cRow) {
        FloatVector p0 = load(c, cAt + 0 * cRow);
        FloatVector q0 = load(c, cAt + 0 * cRow + LANES);
        FloatVector s0 = load(c, cAt + 0 * cRow + 2 * LANES);
        FloatVector t0 = load(c, cAt + 0 * cRow + 3 * LANES);
        FloatVector p1 = load(c, cAt + 1 * cRow);
        FloatVector q1 = load(c, cAt + 1 * cRow + LANES);
        FloatVector s1 = load(c, cAt + 1 * cRow + 2 * LANES);
        FloatVector t1 = load(c, cAt + 1 * cRow + 3 * LANES);
        FloatVector p2 = load(c, cAt + 2 * cRow);
        FloatVector q2 = load(c, cAt + 2 * cRow + LANES);
        FloatVector s2 = load(c, cAt + 2 * cRow + 2 * LANES);
        FloatVector t2 = load(c, cAt + 2 * cRow + 3 * LANES);
        for (int k = 0; k < depth; k++) {
            FloatVector u0 = load(w, wAt + k * wRow);
            FloatVector u1 = load(w, wAt + k * wRow + LANES);
            FloatVector u2 = load(w, wAt + k * wRow + 2 * LANES);
            FloatVector u3 = load(w, wAt + k * wRow + 3 * LANES);
            FloatVector x0 = FloatVector.broadcast(F, a[aAt + 0 * STRIDE + k]);
            p0 = x0.fma(u0, p0);
            q0 = x0.fma(u1, q0);
            s0 = x0.fma(u2, s0);
            t0 = x0.fma(u3, t0);
            FloatVector x1 = FloatVector.broadcast(F, a[aAt + 1 * STRIDE + k]);
            p1 = x1.fma(u0, p1);
            q1 = x1.fma(u1, q1);
            s1 = x1.fma(u2, s1);
            t1 = x1.fma(u3, t1);
            FloatVector x2 = FloatVector.broadcast(F, a[aAt + 2 * STRIDE + k]);
            p2 = x2.fma(u0, p2);
            q2 = x2.fma(u1, q2);
            s2 = x2.fma(u2, s2);
            t2 = x2.fma(u3, t2);
        }
        p0.intoArray(c, cAt + 0 * cRow);
        q0.intoArray(c, cAt + 0 * cRow + LANES);
        s0.intoArray(c, cAt + 0 * cRow + 2 * LANES);
        t0.intoArray(c, cAt + 0 * cRow + 3 * LANES);
        p1.intoArray(c, cAt + 1 * cRow);
        q1.intoArray(c, cAt + 1 * cRow + LANES);
        s1.intoArray(c, cAt + 1 * cRow + 2 * LANES);
        t1.intoArray(c, cAt + 1 * cRow + 3 * LANES);
        p2.intoArray(c, cAt + 2 * cRow);
        q2.intoArray(c, cAt + 2 * cRow + LANES);
        s2.intoArray(c, cAt + 2 * cRow + 2 * LANES);
        t2.intoArray(c, cAt + 2 * cRow + 3 * LANES);
    }

    /** One row, four vectors. */
    static void oneByFour(float[] a, int aAt, int depth, float[] w, int wAt, int wRow, float[] c, int cAt, int cRow) {
        FloatVector p0 = load(c, cAt + 0 * cRow);
        FloatVector q0 = load(c, cAt + 0 * cRow + LANES);
        FloatVector s0 = load(c, cAt + 0 * cRow + 2 * LANES);
        FloatVector t0 = load(c, cAt + 0 * cRow + 3 * LANES);
        for (int k = 0; k < depth; k++) {
            FloatVector u0 = load(w, wAt + k * wRow);
            FloatVector u1 = load(w, wAt + k * wRow + LANES);
            FloatVector u2 = load(w, wAt + k * wRow + 2 * LANES);
            FloatVector u3 = load(w, wAt + k * wRow + 3 * LANES);
            FloatVector x0 = FloatVector.broadcast(F, a[aAt + 0 * STRIDE + k]);
            p0 = x0.fma(u0, p0);
            q0 = x0.fma(u1, q0);
            s0 = x0.fma(u2, s0);
            t0 = x0.fma(u3, t0);
        }
        p0.intoArray(c, cAt + 0 * cRow);
        q0.intoArray(c, cAt + 0 * cRow + LANES);
        s0.intoArray(c, cAt + 0 * cRow + 2 * LANES);
        t0.intoArray(c, cAt + 0 * cRow + 3 * LANES);
    }

    /** Six rows, two vectors: 12 of the 16 registers of AVX2. */
    static void sixByTwo(float[] a, int aAt, int depth, float[] w, int wAt, int wRow, float[] c, int cAt, int cRow) {
        FloatVector p0 = load(c, cAt + 0 * cRow);
        FloatVector q0 = load(c, cAt + 0 * cRow + LANES);
        FloatVector p1 = load(c, cAt + 1 * cRow);
        FloatVector q1 = load(c, cAt + 1 * cRow + LANES);
        FloatVector p2 = load(c, cAt + 2 * cRow);
        FloatVector q2 = load(c, cAt + 2 * cRow + LANES);
        FloatVector p3 = load(c, cAt + 3 * cRow);
        FloatVector q3 = load(c, cAt + 3 * cRow + LANES);
        FloatVector p4 = load(c, cAt + 4 * cRow);
        FloatVector q4 = load(c, cAt + 4 * cRow + LANES);
        FloatVector p5 = load(c, cAt + 5 * cRow);
        FloatVector q5 = load(c, cAt + 5 * cRow + LANES);
        for (int k = 0; k < depth; k++) {
            FloatVector u0 = load(w, wAt + k * wRow);
            FloatVector u1 = load(w, wAt + k * wRow + LANES);
            FloatVector x0 = FloatVector.broadcast(F, a[aAt + 0 * STRIDE + k]);
            p0 = x0.fma(u0, p0);
            q0 = x0.fma(u1, q0);
            FloatVector x1 = FloatVector.broadcast(F, a[aAt + 1 * STRIDE + k]);
            p1 = x1.fma(u0, p1);
            q1 = x1.fma(u1, q1);
            FloatVector x2 = FloatVector.broadcast(F, a[aAt + 2 * STRIDE + k]);
            p2 = x2.fma(u0, p2);
            q2 = x2.fma(u1, q2);
            FloatVector x3 = FloatVector.broadcast(F, a[aAt + 3 * STRIDE + k]);
            p3 = x3.fma(u0, p3);
            q3 = x3.fma(u1, q3);
            FloatVector x4 = FloatVector.broadcast(F, a[aAt + 4 * STRIDE + k]);
            p4 = x4.fma(u0, p4);
            q4 = x4.fma(u1, q4);
            FloatVector x5 = FloatVector.broadcast(F, a[aAt + 5 * STRIDE + k]);
            p5 = x5.fma(u0, p5);
            q5 = x5.fma(u1, q5);
        }
        p0.intoArray(c, cAt + 0 * cRow);
        q0.intoArray(c, cAt + 0 * cRow + LANES);
        p1.intoArray(c, cAt + 1 * cRow);
        q1.intoArray(c, cAt + 1 * cRow + LANES);
        p2.intoArray(c, cAt + 2 * cRow);
        q2.intoArray(c, cAt + 2 * cRow + LANES);
        p3.intoArray(c, cAt + 3 * cRow);
        q3.intoArray(c, cAt + 3 * cRow + LANES);
        p4.intoArray(c, cAt + 4 * cRow);
        q4.intoArray(c, cAt + 4 * cRow + LANES);
        p5.intoArray(c, cAt + 5 * cRow);
        q5.intoArray(c, cAt + 5 * cRow + LANES);
    }

    /** Three rows, two vectors. */
    static void threeByTwo(float[] a, int aAt, int depth, float[] w, int wAt, int wRow, float[] c, int cAt, int cRow) {
        FloatVector p0 = load(c, cAt + 0 * cRow);
        FloatVector q0 = load(c, cAt + 0 * cRow + LANES);
        FloatVector p1 = load(c, cAt + 1 * cRow);
        FloatVector q1 = load(c, cAt + 1 * cRow + LANES);
        FloatVector p2 = load(c, cAt + 2 * cRow);
        FloatVector q2 = load(c, cAt + 2 * cRow + LANES);
        for (int k = 0; k < depth; k++) {
            FloatVector u0 = load(w, wAt + k * wRow);
            FloatVector u1 = load(w, wAt + k * wRow + LANES);
            FloatVector x0 = FloatVector.broadcast(F, a[aAt + 0 * STRIDE + k]);
            p0 = x0.fma(u0, p0);
            q0 = x0.fma(u1, q0);
            FloatVector x1 = FloatVector.broadcast(F, a[aAt + 1 * STRIDE + k]);
            p1 = x1.fma(u0, p1);
            q1 = x1.fma(u1, q1);
            FloatVector x2 = FloatVector.broadcast(F, a[aAt + 2 * STRIDE + k]);
            p2 = x2.fma(u0, p2);
            q2 = x2.fma(u1, q2);
        }
        p0.intoArray(c, cAt + 0 * cRow);
        q0.intoArray(c, cAt + 0 * cRow + LANES);
        p1.intoArray(c, cAt + 1 * cRow);
        q1.intoArray(c, cAt + 1 * cRow + LANES);
        p2.intoArray(c, cAt + 2 * cRow);
        q2.intoArray(c, cAt + 2 * cRow + LANES);
    }

    /** One row, two vectors. */
    static void oneByTwo(float[] a, int aAt, int depth, float[] w, int wAt, int wRow, float[] c, int cAt, int cRow) {
        FloatVector p0 = load(c, cAt + 0 * cRow);
        FloatVector q0 = load(c, cAt + 0 * cRow + LANES);
        for (int k = 0; k < depth; k++) {
            FloatVector u0 = load(w, wAt + k * wRow);
            FloatVector u1 = load(w, wAt + k * wRow + LANES);
            FloatVector x0 = FloatVector.broadcast(F, a[aAt + 0 * STRIDE + k]);
            p0 = x0.fma(u0, p0);
            q0 = x0.fma(u1, q0);
        }
        p0.intoArray(c, cAt + 0 * cRow);
        q0.intoArray(c, cAt + 0 * cRow + LANES);
    }
}
