package org.clattention.reference;

/**
 * A rotary embedding.
 *
 * @param interleaved true: the pairs are neighbours (2i, 2i+1); false: the halves (i, i + dim/2)
 * @param theta the base of the frequencies, usually 10000
 * @param dim so many leading elements of a head are rotated, in pairs; 0 means the whole head
 * @param scaling of the frequencies
 */
public record RotaryOptions(boolean interleaved, double theta, int dim, ReferenceRotaryScaling scaling) {
    /** Checks the ranges. */
    public RotaryOptions {
        if (!(theta > 0 && theta < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("theta: " + theta + " must be positive and finite");
        }
        if (dim < 0 || dim % 2 != 0) {
            throw new IllegalArgumentException("dim: " + dim + " must be even and not negative (0 = the whole head)");
        }
    }

    /** The number of rotated elements of a head of this size. */
    public int dimFor(int headSize) {
        int rotated = dim == 0 ? headSize : dim;
        if (rotated > headSize || rotated % 2 != 0) {
            throw new IllegalArgumentException(
                    "dim: " + rotated + " must be even and at most the head size " + headSize);
        }
        return rotated;
    }
}
