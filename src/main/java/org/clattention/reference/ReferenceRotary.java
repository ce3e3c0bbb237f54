package org.clattention.reference;

import org.clattention.config.HostTensor;
import org.jspecify.annotations.Nullable;

/** Rotary position embeddings: pairs of elements (a, b) become (a·cos − b·sin, a·sin + b·cos). */
public final class ReferenceRotary {
    private ReferenceRotary() {}

    /**
     * Rotates by position·frequency.
     *
     * @param x [B, H, S, d]
     * @param positions [B, S] integers
     */
    public static RefTensor rotate(RefTensor x, HostTensor positions, RotaryOptions options) {
        Shapes.require("positions", positions.shape(), "[B, S]", x.dim(0), x.dim(2));
        int dim = options.dimFor(x.dim(3));
        double[] frequencies = new double[dim / 2];
        for (int p = 0; p < dim / 2; p++) {
            frequencies[p] = options.scaling().frequency(p, dim, options.theta());
        }
        double amplitude = options.scaling().amplitude();
        return rotatePairs(x, dim, options.interleaved(), (b, i, p) -> {
            double angle = positions.getLong(b * x.dim(2) + i) * frequencies[p];
            return new Turn(amplitude * Math.cos(angle), amplitude * Math.sin(angle));
        });
    }

    /**
     * ONNX {@code RotaryEmbedding} (opset 23), with given cosines and sines.
     *
     * @param x [B, H, S, d]
     * @param cos [M, dim/2], row = position; or without positions [B, S, dim/2]
     * @param sin as {@code cos}
     * @param positions [B, S] from 0 to M − 1, or null
     * @param interleaved pairs are neighbours, not halves
     * @param rotaryDim leading elements to rotate; 0 means all
     */
    public static RefTensor rotate(
            RefTensor x,
            RefTensor cos,
            RefTensor sin,
            @Nullable HostTensor positions,
            boolean interleaved,
            int rotaryDim) {
        int length = x.dim(2);
        int dim = new RotaryOptions(interleaved, 1, rotaryDim, ReferenceRotaryScaling.none()).dimFor(x.dim(3));
        int pairs = dim / 2;
        if (positions == null) {
            Shapes.require("cos_cache", cos.shape(), "[B, S, dim/2]", x.dim(0), length, pairs);
        } else {
            Shapes.require("position_ids", positions.shape(), "[B, S]", x.dim(0), length);
            Shapes.require("cos_cache", cos.shape(), "[M, dim/2]", Shapes.ANY, pairs);
        }
        Shapes.require("sin_cache", sin.shape(), "the shape of cos_cache", cos.shape());
        return rotatePairs(x, dim, interleaved, (b, i, p) -> {
            int row = b * length + i;
            if (positions != null) {
                row = requireRow(positions.getLong(row), cos.dim(0));
            }
            return new Turn(cos.values()[row * pairs + p], sin.values()[row * pairs + p]);
        });
    }

    /** The positions first, first + 1, … for every one of {@code batch} sequences: I64 [batch, length]. */
    public static HostTensor consecutive(int batch, int length, int first) {
        long[] positions = new long[batch * length];
        for (int n = 0; n < positions.length; n++) {
            positions[n] = (long) first + n % length;
        }
        return HostTensor.ofLongs(positions, batch, length);
    }

    private static int requireRow(long position, int rows) {
        if (position < 0 || position >= rows) {
            throw new IllegalArgumentException(
                    "position_ids: " + position + " must lie in the cache of " + rows + " positions");
        }
        return (int) position;
    }

    private record Turn(double cos, double sin) {}

    private interface Turns {
        /** The turn of pair {@code p} at token {@code i} of batch entry {@code b}. */
        Turn at(int b, int i, int p);
    }

    private static RefTensor rotatePairs(RefTensor x, int dim, boolean interleaved, Turns turns) {
        int heads = x.dim(1);
        int length = x.dim(2);
        int size = x.dim(3);
        double[] y = x.values().clone();
        for (int b = 0; b < x.dim(0); b++) {
            for (int i = 0; i < length; i++) {
                for (int p = 0; p < dim / 2; p++) {
                    Turn turn = turns.at(b, i, p);
                    int first = interleaved ? 2 * p : p;
                    int second = interleaved ? 2 * p + 1 : p + dim / 2;
                    for (int h = 0; h < heads; h++) {
                        int at = ((b * heads + h) * length + i) * size;
                        double u = x.values()[at + first];
                        double v = x.values()[at + second];
                        y[at + first] = u * turn.cos - v * turn.sin;
                        y[at + second] = u * turn.sin + v * turn.cos;
                    }
                }
            }
        }
        return new RefTensor(y, x.shape());
    }
}
