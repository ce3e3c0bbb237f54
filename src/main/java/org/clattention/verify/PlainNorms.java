package org.clattention.verify;

import java.util.Map;
import org.clattention.reference.RefTensor;
import org.clattention.reference.TensorSet;
import org.jspecify.annotations.Nullable;

/** LayerNorm and RMSNorm over the last dimension in plain single precision, every sum from left to right. */
final class PlainNorms {
    private PlainNorms() {}

    /** ONNX {@code LayerNormalization}. */
    static Map<String, RefTensor> layerNormalization(TensorSet in, Attributes attributes) {
        requireLastAxis(attributes);
        RefTensor bias = in.has("B") ? in.real("B") : null;
        double epsilon = attributes.getDouble("epsilon", 1e-5);
        return normalize(in.real("X"), in.real("W"), bias, epsilon, false);
    }

    /** ONNX {@code RMSNormalization}. */
    static Map<String, RefTensor> rmsNormalization(TensorSet in, Attributes attributes) {
        requireLastAxis(attributes);
        double epsilon = attributes.getDouble("epsilon", 1e-5);
        return normalize(in.real("X"), in.real("W"), null, epsilon, true);
    }

    private static void requireLastAxis(Attributes attributes) {
        if (attributes.getInt("axis", -1) != -1) {
            throw new UnsupportedCaseException("no plain computation of a norm over several dimensions");
        }
    }

    /** A norm of the rows of {@code x}. */
    static RefTensor norm(RefTensor x, RefTensor weight, @Nullable RefTensor bias, double epsilon, boolean rms) {
        RefTensor y = normalize(x, weight, bias, epsilon, rms).get("Y");
        if (y == null) {
            throw new IllegalStateException("no result");
        }
        return y;
    }

    private static Map<String, RefTensor> normalize(
            RefTensor x, RefTensor weight, @Nullable RefTensor bias, double epsilon, boolean rms) {
        int size = x.dim(-1);
        int rows = x.values().length / size;
        int[] outer = x.shape();
        outer[outer.length - 1] = 1;
        RefTensor y = RefTensor.zeros(x.shape());
        RefTensor means = RefTensor.zeros(outer);
        RefTensor inverses = RefTensor.zeros(outer);
        for (int r = 0; r < rows; r++) {
            float mean = 0;
            for (int c = 0; c < size && !rms; c++) {
                mean += (float) x.values()[r * size + c];
            }
            mean /= size;
            float squares = 0;
            for (int c = 0; c < size; c++) {
                float centred = (float) x.values()[r * size + c] - mean;
                squares += centred * centred;
            }
            float inverse = 1 / (float) Math.sqrt(squares / size + (float) epsilon);
            for (int c = 0; c < size; c++) {
                float value = ((float) x.values()[r * size + c] - mean) * inverse * (float) weight.values()[c];
                y.values()[r * size + c] = bias == null ? value : value + (float) bias.values()[c];
            }
            means.values()[r] = mean;
            inverses.values()[r] = inverse;
        }
        return Map.of("Y", y, "Mean", means, "InvStdDev", inverses);
    }
}
