package org.clattention.reference;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Normalizations over the dimensions from {@code axis} to the last, as in ONNX {@code LayerNormalization} (opset 17) and
 * {@code RMSNormalization} (opset 23). Variances are biased: divided by the number of elements.
 */
public final class ReferenceNorms {
    private ReferenceNorms() {}

    /**
     * The outputs of a layer normalization.
     *
     * @param y the shape of x
     * @param mean the shape of x with 1 for the normalized dimensions
     * @param inverseStandardDeviation 1/√(variance + epsilon), shaped as {@code mean}
     */
    public record LayerNormResult(RefTensor y, RefTensor mean, RefTensor inverseStandardDeviation) {}

    /**
     * y = (x − mean)/√(variance + epsilon) · weight + bias.
     *
     * @param weight the normalized dimensions of x
     * @param bias as {@code weight}, or null
     * @param axis the first normalized dimension; negative counts from the last
     */
    public static LayerNormResult layerNorm(
            RefTensor x, RefTensor weight, @Nullable RefTensor bias, int axis, double epsilon) {
        int first = Axes.normalize(axis, x.rank());
        int size = normalizedSize(x, weight, bias, first);
        int rows = Axes.elements(x.shape(), 0, first);
        RefTensor y = RefTensor.zeros(x.shape());
        int[] outer = x.shape();
        Arrays.fill(outer, first, outer.length, 1);
        RefTensor means = RefTensor.zeros(outer);
        RefTensor inverses = RefTensor.zeros(outer);
        for (int r = 0; r < rows; r++) {
            double mean = 0;
            for (int k = 0; k < size; k++) {
                mean += x.values()[r * size + k] / size;
            }
            double variance = 0;
            for (int k = 0; k < size; k++) {
                double centred = x.values()[r * size + k] - mean;
                variance += centred * centred / size;
            }
            double inverse = 1 / Math.sqrt(variance + epsilon);
            for (int k = 0; k < size; k++) {
                double shift = bias == null ? 0 : bias.values()[k];
                y.values()[r * size + k] = (x.values()[r * size + k] - mean) * inverse * weight.values()[k] + shift;
            }
            means.values()[r] = mean;
            inverses.values()[r] = inverse;
        }
        return new LayerNormResult(y, means, inverses);
    }

    /**
     * y = x/√(mean of x² + epsilon) · weight.
     *
     * @param weight the normalized dimensions of x
     * @param axis the first normalized dimension; negative counts from the last
     */
    public static RefTensor rmsNorm(RefTensor x, RefTensor weight, int axis, double epsilon) {
        int first = Axes.normalize(axis, x.rank());
        int size = normalizedSize(x, weight, null, first);
        int rows = Axes.elements(x.shape(), 0, first);
        RefTensor y = RefTensor.zeros(x.shape());
        for (int r = 0; r < rows; r++) {
            double meanSquare = MatrixProduct.dot(x.values(), r * size, x.values(), r * size, size) / size;
            double inverse = 1 / Math.sqrt(meanSquare + epsilon);
            for (int k = 0; k < size; k++) {
                y.values()[r * size + k] = x.values()[r * size + k] * inverse * weight.values()[k];
            }
        }
        return y;
    }

    private static int normalizedSize(RefTensor x, RefTensor weight, @Nullable RefTensor bias, int first) {
        int[] normalized = Arrays.copyOfRange(x.shape(), first, x.rank());
        Shapes.require("weight", weight.shape(), "the normalized dimensions", normalized);
        if (bias != null) {
            Shapes.require("bias", bias.shape(), "the normalized dimensions", normalized);
        }
        return Axes.elements(normalized, 0, normalized.length);
    }
}
