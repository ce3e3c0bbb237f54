package org.clattention.reference;

/** Axis arithmetic of the ONNX operators. */
final class Axes {
    private Axes() {}

    /** {@code axis}, counted from the last dimension if negative. */
    static int normalize(int axis, int rank) {
        if (axis < -rank || axis >= rank) {
            throw new IllegalArgumentException("axis: " + axis + " must lie in [" + -rank + ", " + (rank - 1) + "]");
        }
        return axis < 0 ? axis + rank : axis;
    }

    /** The product of the dimensions {@code from} (inclusive) to {@code to} (exclusive). */
    static int elements(int[] shape, int from, int to) {
        int product = 1;
        for (int i = from; i < to; i++) {
            product *= shape[i];
        }
        return product;
    }
}
