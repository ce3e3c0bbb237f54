package org.clattention.backend.java;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Products of a few rows and two vectors of columns, with all results in registers: c += a · w. Written out row by row, because
 * only local variables stay in registers.
 */
final class VectorTiles {
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = F.length();
    private static final int STRIDE = Loops.STRIDE;

    private VectorTiles() {}

    private static FloatVector load(float[] from, int at) {
        return FloatVector.fromArray(F, from, at);
    }

    /** Twelve rows: 24 of the 32 registers of AVX-512. */
    static void twelve(float[] a, int aAt, int depth, float[] w, int wAt, int wRow, float[] c, int cAt, int cRow) {
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
        FloatVector p6 = load(c, cAt + 6 * cRow);
        FloatVector q6 = load(c, cAt + 6 * cRow + LANES);
        FloatVector p7 = load(c, cAt + 7 * cRow);
        FloatVector q7 = load(c, cAt + 7 * cRow + LANES);
        FloatVector p8 = load(c, cAt + 8 * cRow);
        FloatVector q8 = load(c, cAt + 8 * cRow + LANES);
        FloatVector p9 = load(c, cAt + 9 * cRow);
        FloatVector q9 = load(c, cAt + 9 * cRow + LANES);
        FloatVector p10 = load(c, cAt + 10 * cRow);
        FloatVector q10 = load(c, cAt + 10 * cRow + LANES);
        FloatVector p11 = load(c, cAt + 11 * cRow);
        FloatVector q11 = load(c, cAt + 11 * cRow + LANES);
        for (int k = 0; k < depth; k++) {
            FloatVector u = load(w, wAt + k * wRow);
            FloatVector v = load(w, wAt + k * wRow + LANES);
            FloatVector x0 = FloatVector.broadcast(F, a[aAt + 0 * STRIDE + k]);
            p0 = x0.fma(u, p0);
            q0 = x0.fma(v, q0);
            FloatVector x1 = FloatVector.broadcast(F, a[aAt + 1 * STRIDE + k]);
            p1 = x1.fma(u, p1);
            q1 = x1.fma(v, q1);
            FloatVector x2 = FloatVector.broadcast(F, a[aAt + 2 * STRIDE + k]);
            p2 = x2.fma(u, p2);
            q2 = x2.fma(v, q2);
            FloatVector x3 = FloatVector.broadcast(F, a[aAt + 3 * STRIDE + k]);
            p3 = x3.fma(u, p3);
            q3 = x3.fma(v, q3);
            FloatVector x4 = FloatVector.broadcast(F, a[aAt + 4 * STRIDE + k]);
            p4 = x4.fma(u, p4);
            q4 = x4.fma(v, q4);
            FloatVector x5 = FloatVector.broadcast(F, a[aAt + 5 * STRIDE + k]);
            p5 = x5.fma(u, p5);
            q5 = x5.fma(v, q5);
            FloatVector x6 = FloatVector.broadcast(F, a[aAt + 6 * STRIDE + k]);
            p6 = x6.fma(u, p6);
            q6 = x6.fma(v, q6);
            FloatVector x7 = FloatVector.broadcast(F, a[aAt + 7 * STRIDE + k]);
            p7 = x7.fma(u, p7);
            q7 = x7.fma(v, q7);
            FloatVector x8 = FloatVector.broadcast(F, a[aAt + 8 * STRIDE + k]);
            p8 = x8.fma(u, p8);
            q8 = x8.fma(v, q8);
            FloatVector x9 = FloatVector.broadcast(F, a[aAt + 9 * STRIDE + k]);
            p9 = x9.fma(u, p9);
            q9 = x9.fma(v, q9);
            FloatVector x10 = FloatVector.broadcast(F, a[aAt + 10 * STRIDE + k]);
            p10 = x10.fma(u, p10);
            q10 = x10.fma(v, q10);
            FloatVector x11 = FloatVector.broadcast(F, a[aAt + 11 * STRIDE + k]);
            p11 = x11.fma(u, p11);
            q11 = x11.fma(v, q11);
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
        p6.intoArray(c, cAt + 6 * cRow);
        q6.intoArray(c, cAt + 6 * cRow + LANES);
        p7.intoArray(c, cAt + 7 * cRow);
        q7.intoArray(c, cAt + 7 * cRow + LANES);
        p8.intoArray(c, cAt + 8 * cRow);
        q8.intoArray(c, cAt + 8 * cRow + LANES);
        p9.intoArray(c, cAt + 9 * cRow);
        q9.intoArray(c, cAt + 9 * cRow + LANES);
        p10.intoArray(c, cAt + 10 * cRow);
        q10.intoArray(c, cAt + 10 * cRow + LANES);
        p11.intoArray(c, cAt + 11 * cRow);
        q11.intoArray(c, cAt + 11 * cRow + LANES);
    }

    /** Six rows. */
    static void six(float[] a, int aAt, int depth, float[] w, int wAt, int wRow, float[] c, int cAt, int cRow) {
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
            FloatVector u = load(w, wAt + k * wRow);
            FloatVector v = load(w, wAt + k * wRow + LANES);
            FloatVector x0 = FloatVector.broadcast(F, a[aAt + 0 * STRIDE + k]);
            p0 = x0.fma(u, p0);
            q0 = x0.fma(v, q0);
            FloatVector x1 = FloatVector.broadcast(F, a[aAt + 1 * STRIDE + k]);
            p1 = x1.fma(u, p1);
            q1 = x1.fma(v, q1);
            FloatVector x2 = FloatVector.broadcast(F, a[aAt + 2 * STRIDE + k]);
            p2 = x2.fma(u, p2);
            q2 = x2.fma(v, q2);
            FloatVector x3 = FloatVector.broadcast(F, a[aAt + 3 * STRIDE + k]);
            p3 = x3.fma(u, p3);
            q3 = x3.fma(v, q3);
            FloatVector x4 = FloatVector.broadcast(F, a[aAt + 4 * STRIDE + k]);
            p4 = x4.fma(u, p4);
            q4 = x4.fma(v, q4);
            FloatVector x5 = FloatVector.broadcast(F, a[aAt + 5 * STRIDE + k]);
            p5 = x5.fma(u, p5);
            q5 = x5.fma(v, q5);
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

    /** Three rows. */
    static void three(float[] a, int aAt, int depth, float[] w, int wAt, int wRow, float[] c, int cAt, int cRow) {
        FloatVector p0 = load(c, cAt + 0 * cRow);
        FloatVector q0 = load(c, cAt + 0 * cRow + LANES);
        FloatVector p1 = load(c, cAt + 1 * cRow);
        FloatVector q1 = load(c, cAt + 1 * cRow + LANES);
        FloatVector p2 = load(c, cAt + 2 * cRow);
        FloatVector q2 = load(c, cAt + 2 * cRow + LANES);
        for (int k = 0; k < depth; k++) {
            FloatVector u = load(w, wAt + k * wRow);
            FloatVector v = load(w, wAt + k * wRow + LANES);
            FloatVector x0 = FloatVector.broadcast(F, a[aAt + 0 * STRIDE + k]);
            p0 = x0.fma(u, p0);
            q0 = x0.fma(v, q0);
            FloatVector x1 = FloatVector.broadcast(F, a[aAt + 1 * STRIDE + k]);
            p1 = x1.fma(u, p1);
            q1 = x1.fma(v, q1);
            FloatVector x2 = FloatVector.broadcast(F, a[aAt + 2 * STRIDE + k]);
            p2 = x2.fma(u, p2);
            q2 = x2.fma(v, q2);
        }
        p0.intoArray(c, cAt + 0 * cRow);
        q0.intoArray(c, cAt + 0 * cRow + LANES);
        p1.intoArray(c, cAt + 1 * cRow);
        q1.intoArray(c, cAt + 1 * cRow + LANES);
        p2.intoArray(c, cAt + 2 * cRow);
        q2.intoArray(c, cAt + 2 * cRow + LANES);
    }

    /** One row. */
    static void one(float[] a, int aAt, int depth, float[] w, int wAt, int wRow, float[] c, int cAt, int cRow) {
        FloatVector p0 = load(c, cAt + 0 * cRow);
        FloatVector q0 = load(c, cAt + 0 * cRow + LANES);
        for (int k = 0; k < depth; k++) {
            FloatVector u = load(w, wAt + k * wRow);
            FloatVector v = load(w, wAt + k * wRow + LANES);
            FloatVector x0 = FloatVector.broadcast(F, a[aAt + 0 * STRIDE + k]);
            p0 = x0.fma(u, p0);
            q0 = x0.fma(v, q0);
        }
        p0.intoArray(c, cAt + 0 * cRow);
        q0.intoArray(c, cAt + 0 * cRow + LANES);
    }
}
