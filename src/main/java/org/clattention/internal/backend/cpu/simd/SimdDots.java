package org.clattention.internal.backend.cpu.simd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** Scalar products of a query with keys. */
final class SimdDots {
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = F.length();

    private SimdDots() {}

    /**
     * The sum of the lanes, in one order: that of reduceLanes depends on whether the code has been compiled yet.
     *
     * @param lanes room for them
     */
    static float sum(FloatVector x, float[] lanes) {
        x.intoArray(lanes, 0);
        return sum(lanes);
    }

    /** The sum of a vector's lanes that are in an array: for callers into which this is not put. */
    static float sum(float[] lanes) {
        float even = lanes[0];
        float odd = lanes[1];
        for (int i = 2; i < LANES; i += 2) {
            even += lanes[i];
            odd += lanes[i + 1];
        }
        return even + odd;
    }

    private static FloatVector load(float[] from, int at) {
        return FloatVector.fromArray(F, from, at);
    }

    /** Products with four keys, {@code row} apart, over whole vectors. */
    static void four(
            float[] q, int qAt, float[] k, int kAt, int count, int row, float[] out, int outAt, float[] lanes) {
        FloatVector s0 = FloatVector.zero(F);
        FloatVector s1 = FloatVector.zero(F);
        FloatVector s2 = FloatVector.zero(F);
        FloatVector s3 = FloatVector.zero(F);
        for (int c = 0; c < count; c += LANES) {
            FloatVector x = load(q, qAt + c);
            s0 = x.fma(load(k, kAt + c), s0);
            s1 = x.fma(load(k, kAt + row + c), s1);
            s2 = x.fma(load(k, kAt + 2 * row + c), s2);
            s3 = x.fma(load(k, kAt + 3 * row + c), s3);
        }
        out[outAt] = sum(s0, lanes);
        out[outAt + 1] = sum(s1, lanes);
        out[outAt + 2] = sum(s2, lanes);
        out[outAt + 3] = sum(s3, lanes);
    }

    /** The product with one key. */
    static void one(float[] q, int qAt, float[] k, int kAt, int count, float[] out, int outAt, float[] lanes) {
        FloatVector s0 = FloatVector.zero(F);
        for (int c = 0; c < count; c += LANES) {
            s0 = load(q, qAt + c).fma(load(k, kAt + c), s0);
        }
        out[outAt] = sum(s0, lanes);
    }
}
