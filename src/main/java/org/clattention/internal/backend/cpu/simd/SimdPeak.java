package org.clattention.internal.backend.cpu.simd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** Multiply-adds of twelve results in registers, for measuring what the processor can do. */
final class SimdPeak {
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = F.length();

    private SimdPeak() {}

    /**
     * So many steps of twelve multiply-adds.
     *
     * @param start room for 14 vectors, overwritten
     * @return something that depends on all results, so that they are computed
     */
    static float run(int steps, float[] start) {
        FloatVector x = FloatVector.fromArray(F, start, 12 * LANES);
        FloatVector y = FloatVector.fromArray(F, start, 13 * LANES);
        FloatVector p0 = FloatVector.fromArray(F, start, 0 * LANES);
        FloatVector p1 = FloatVector.fromArray(F, start, 1 * LANES);
        FloatVector p2 = FloatVector.fromArray(F, start, 2 * LANES);
        FloatVector p3 = FloatVector.fromArray(F, start, 3 * LANES);
        FloatVector p4 = FloatVector.fromArray(F, start, 4 * LANES);
        FloatVector p5 = FloatVector.fromArray(F, start, 5 * LANES);
        FloatVector p6 = FloatVector.fromArray(F, start, 6 * LANES);
        FloatVector p7 = FloatVector.fromArray(F, start, 7 * LANES);
        FloatVector p8 = FloatVector.fromArray(F, start, 8 * LANES);
        FloatVector p9 = FloatVector.fromArray(F, start, 9 * LANES);
        FloatVector p10 = FloatVector.fromArray(F, start, 10 * LANES);
        FloatVector p11 = FloatVector.fromArray(F, start, 11 * LANES);
        for (int k = 0; k < steps; k++) {
            p0 = p0.fma(x, y);
            p1 = p1.fma(x, y);
            p2 = p2.fma(x, y);
            p3 = p3.fma(x, y);
            p4 = p4.fma(x, y);
            p5 = p5.fma(x, y);
            p6 = p6.fma(x, y);
            p7 = p7.fma(x, y);
            p8 = p8.fma(x, y);
            p9 = p9.fma(x, y);
            p10 = p10.fma(x, y);
            p11 = p11.fma(x, y);
        }
        p0.intoArray(start, 0 * LANES);
        p1.intoArray(start, 1 * LANES);
        p2.intoArray(start, 2 * LANES);
        p3.intoArray(start, 3 * LANES);
        p4.intoArray(start, 4 * LANES);
        p5.intoArray(start, 5 * LANES);
        p6.intoArray(start, 6 * LANES);
        p7.intoArray(start, 7 * LANES);
        p8.intoArray(start, 8 * LANES);
        p9.intoArray(start, 9 * LANES);
        p10.intoArray(start, 10 * LANES);
        p11.intoArray(start, 11 * LANES);
        return start[0] + start[5 * LANES];
    }
}
