package org.clattention.internal.backend.cpu.simd;

import static org.clattention.internal.backend.cpu.simd.ScalarMath.EXP2_MIN;
import static org.clattention.internal.backend.cpu.simd.ScalarMath.LOG2_E;
import static org.clattention.internal.backend.cpu.simd.ScalarMath.P1;
import static org.clattention.internal.backend.cpu.simd.ScalarMath.P2;
import static org.clattention.internal.backend.cpu.simd.ScalarMath.P3;
import static org.clattention.internal.backend.cpu.simd.ScalarMath.P4;
import static org.clattention.internal.backend.cpu.simd.ScalarMath.P5;
import static org.clattention.internal.backend.cpu.simd.ScalarMath.ROUND_TO_EXPONENT;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Rows of scores on their way to weights, all rows of a tile at once.
 */
final class SimdScores {
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = F.length();

    private SimdScores() {}

    /** x = 0, row by row; whole vectors. Arrays.fill takes longer to begin than such a row takes. */
    static void clear(float[] x, int at, int rows, int count) {
        FloatVector zero = FloatVector.zero(F);
        for (int r = 0; r < rows; r++) {
            int row = at + r * VectorKernels.STRIDE;
            for (int i = 0; i < count; i += LANES) {
                zero.intoArray(x, row + i);
            }
        }
    }

    /**
     * Which rows have a value larger than their limit: row r is bit r.
     *
     * @param count a multiple of the vector's length
     */
    static int exceeding(float[] x, int at, int rows, int count, float[] limits) {
        int exceeding = 0;
        for (int r = 0; r < rows; r++) {
            int row = at + r * VectorKernels.STRIDE;
            float limit = limits[r];
            int i = 0;
            // No vector lives from one round to the next: C2 would keep it on the heap in some JVMs.
            for (; i + 4 * LANES <= count; i += 4 * LANES) {
                IntVector signs = room(limit, x, row + i)
                        .or(room(limit, x, row + i + LANES))
                        .or(room(limit, x, row + i + 2 * LANES))
                        .or(room(limit, x, row + i + 3 * LANES));
                exceeding |= signs.compare(VectorOperators.LT, 0).anyTrue() ? 1 << r : 0;
            }
            for (; i < count; i += LANES) {
                exceeding |=
                        room(limit, x, row + i).compare(VectorOperators.LT, 0).anyTrue() ? 1 << r : 0;
            }
        }
        return exceeding;
    }

    /** What is left below the limit; of interest is its sign alone. */
    private static IntVector room(float limit, float[] x, int at) {
        return FloatVector.fromArray(F, x, at).sub(limit).neg().reinterpretAsInts();
    }

    /**
     * x = {@link ScalarMath#weight} row by row, and sums. Long enough to be left alone by C2, which would put it into its caller
     * otherwise: there it is two to six times as slow.
     *
     * @param lanes working memory
     */
    static void weights(float[] x, int at, int rows, int count, float[] shift, float[] sum, float[] lanes) {
        for (int r = 0; r < rows; r++) {
            float base = shift[r];
            int i = at + r * VectorKernels.STRIDE;
            int end = i + count;
            FloatVector total = FloatVector.zero(F);
            for (; i <= end - LANES; i += LANES) {
                FloatVector v = FloatVector.fromArray(F, x, i)
                        .sub(FloatVector.broadcast(F, base))
                        .mul(FloatVector.broadcast(F, LOG2_E));
                FloatVector shifted = v.add(FloatVector.broadcast(F, ROUND_TO_EXPONENT));
                FloatVector f = v.sub(shifted.sub(FloatVector.broadcast(F, ROUND_TO_EXPONENT)));
                FloatVector y = FloatVector.broadcast(F, P5)
                        .fma(f, FloatVector.broadcast(F, P4))
                        .fma(f, FloatVector.broadcast(F, P3))
                        .fma(f, FloatVector.broadcast(F, P2))
                        .fma(f, FloatVector.broadcast(F, P1))
                        .fma(f, FloatVector.broadcast(F, 1));
                // A product, so that NaN stays NaN whatever its bits.
                FloatVector e = y.mul(shifted.reinterpretAsInts()
                        .lanewise(VectorOperators.LSHL, 23)
                        .reinterpretAsFloats());
                e = e.blend(FloatVector.zero(F), v.compare(VectorOperators.LT, FloatVector.broadcast(F, EXP2_MIN)));
                e.intoArray(x, i);
                total = total.add(e);
            }
            // A vector that is given to another method would be put on the heap.
            total.intoArray(lanes, 0);
            float rest = 0;
            for (; i < end; i++) {
                x[i] = ScalarMath.weight(x[i], base);
                rest += x[i];
            }
            sum[r] += SimdDots.sum(lanes) + rest;
        }
    }
}
