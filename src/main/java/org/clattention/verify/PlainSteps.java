package org.clattention.verify;

import java.util.stream.IntStream;
import org.clattention.config.DataType;
import org.clattention.config.HostTensor;
import org.clattention.reference.RefTensor;
import org.jspecify.annotations.Nullable;

/** The steps of a plain single-precision computation; tensors hold floats, widened. */
final class PlainSteps {
    private PlainSteps() {}

    /** The nearest floats, for steps whose intermediate results a device may keep more exactly than in floats. */
    static RefTensor round(RefTensor x) {
        return to(x, DataType.F32);
    }

    /** The nearest values of a type. */
    static RefTensor to(RefTensor x, DataType type) {
        return RefTensor.of(x.toHost().to(type));
    }

    /** The sum of two tensors of one shape. */
    static RefTensor add(RefTensor a, RefTensor b) {
        return round(a.plus(b));
    }

    /** The product of two tensors of one shape, element by element. */
    static RefTensor multiply(RefTensor a, RefTensor b) {
        double[] product = a.values().clone();
        for (int i = 0; i < product.length; i++) {
            product[i] = (float) (product[i] * b.values()[i]);
        }
        return new RefTensor(product, a.shape());
    }

    /** x·weightᵀ + bias, every sum from left to right. */
    static RefTensor linear(RefTensor x, HostTensor weight, @Nullable HostTensor bias) {
        int in = x.dim(-1);
        int out = Math.toIntExact(weight.dim(0));
        float[] input = PlainAttention.floats(x);
        int rows = input.length / in;
        double[] y = new double[rows * out];
        IntStream.range(0, out).parallel().forEach(o -> {
            float[] w = weight.rows(o, o + 1).toFloats();
            for (int r = 0; r < rows; r++) {
                float sum = 0;
                for (int k = 0; k < in; k++) {
                    sum += input[r * in + k] * w[k];
                }
                y[r * out + o] = bias == null ? sum : sum + bias.getFloat(o);
            }
        });
        int[] shape = x.shape();
        shape[shape.length - 1] = out;
        return new RefTensor(y, shape);
    }
}
