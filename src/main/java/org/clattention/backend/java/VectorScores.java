package org.clattention.backend.java;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Rows of scores on their way to weights. All rows of a tile at once: in a loop over rows with calls of other methods C2 would keep
 * the constants of exp in memory instead of registers, and take almost three times as long.
 */
final class VectorScores {
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = F.length();

    private VectorScores() {}

    /**
     * Whether a value is larger than the limit.
     *
     * @param count a multiple of the vector's length
     */
    static boolean exceeds(float[] x, int at, int count, float limit) {
        FloatVector limits = FloatVector.broadcast(F, limit);
        // The signs of differences: comparing would make a mask of each vector.
        IntVector signs = FloatVector.zero(F).reinterpretAsInts();
        for (int i = 0; i < count; i += LANES) {
            signs = signs.or(limits.sub(FloatVector.fromArray(F, x, at + i)).reinterpretAsInts());
        }
        return signs.compare(VectorOperators.LT, 0).anyTrue();
    }

    /**
     * x = exp(x − shift) row by row, and sums.
     *
     * @param count a multiple of the vector's length
     * @param lanes working memory
     */
    static void exponentials(float[] x, int at, int rows, int count, float[] shift, float[] sum, float[] lanes) {
        for (int r = 0; r < rows; r++) {
            int row = at + r * Loops.STRIDE;
            FloatVector total = FloatVector.zero(F);
            for (int i = 0; i < count; i += LANES) {
                FloatVector e =
                        VectorMath.exp(FloatVector.fromArray(F, x, row + i).sub(shift[r]));
                e.intoArray(x, row + i);
                total = total.add(e);
            }
            // A vector that is given to another method would be put on the heap.
            total.intoArray(lanes, 0);
            sum[r] += VectorDots.sum(lanes);
        }
    }
}
