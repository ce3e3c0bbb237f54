package org.clattention.reference;

/** Between rows of concatenated heads [B, S, H·d] and head-major tensors [B, H, S, d]. */
public final class Heads {
    private Heads() {}

    /**
     * [B, S, H·d] to [B, H, S, d].
     *
     * @throws IllegalArgumentException if the width is not a multiple of {@code heads}
     */
    public static RefTensor split(String name, RefTensor x, int heads) {
        Shapes.require(name, x.shape(), "[B, S, H·d]", Shapes.ANY, Shapes.ANY, Shapes.ANY);
        if (heads < 1 || x.dim(2) % heads != 0) {
            throw new IllegalArgumentException(
                    name + ": the width of " + x + " must be a multiple of the number of heads " + heads);
        }
        return swapMiddle(x.reshape(x.dim(0), x.dim(1), heads, x.dim(2) / heads));
    }

    /** [B, H, S, d] to [B, S, H·d]. */
    public static RefTensor merge(RefTensor x) {
        return swapMiddle(x).reshape(x.dim(0), x.dim(2), x.dim(1) * x.dim(3));
    }

    /** [B, H, S, from..to) of the last dimension of [B, H, S, d]; also for other ranks. */
    public static RefTensor columns(RefTensor x, int from, int to) {
        int[] shape = x.shape();
        shape[shape.length - 1] = to - from;
        RefTensor out = RefTensor.zeros(shape);
        int rows = Axes.elements(shape, 0, shape.length - 1);
        for (int r = 0; r < rows; r++) {
            System.arraycopy(x.values(), r * x.dim(-1) + from, out.values(), r * (to - from), to - from);
        }
        return out;
    }

    /** [B, 1, S, d] to [B, H, S, d]: the same rows for every head. */
    public static RefTensor repeat(RefTensor x, int heads) {
        RefTensor out = RefTensor.zeros(x.dim(0), heads, x.dim(2), x.dim(3));
        int run = x.dim(2) * x.dim(3);
        for (int n = 0; n < x.dim(0) * heads; n++) {
            System.arraycopy(x.values(), n / heads * run, out.values(), n * run, run);
        }
        return out;
    }

    private static RefTensor swapMiddle(RefTensor x) {
        int first = x.dim(1);
        int second = x.dim(2);
        int run = x.dim(3);
        RefTensor out = RefTensor.zeros(x.dim(0), second, first, run);
        for (int b = 0; b < x.dim(0); b++) {
            for (int i = 0; i < first; i++) {
                for (int j = 0; j < second; j++) {
                    int source = ((b * first + i) * second + j) * run;
                    int target = ((b * second + j) * first + i) * run;
                    System.arraycopy(x.values(), source, out.values(), target, run);
                }
            }
        }
        return out;
    }
}
