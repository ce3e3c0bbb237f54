package org.clattention.reference;

import java.util.Arrays;

/** Activation functions, by the names of golden-case files. */
public enum ReferenceActivations {
    /** max(0, x); NaN stays NaN. */
    RELU,
    /** x·Φ(x) with the normal distribution function Φ: the error-function form of GELU. */
    GELU,
    /** 0.5·x·(1 + tanh(√(2/π)·(x + 0.044715·x³))): the tanh approximation of GELU. */
    GELU_TANH,
    /** x/(1 + e^−x). */
    SILU;

    /** The function at {@code x}. */
    public double apply(double x) {
        return switch (this) {
            case RELU -> Math.max(0, x);
            case GELU -> 0.5 * x * ErrorFunction.erfc(-x / Math.sqrt(2));
            case GELU_TANH -> 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
            case SILU -> swish(x, 1);
        };
    }

    /** The function at each element. */
    public RefTensor apply(RefTensor x) {
        return new RefTensor(Arrays.stream(x.values()).map(this::apply).toArray(), x.shape());
    }

    /** ONNX {@code Swish} (opset 24) at each element: x/(1 + e^(−alpha·x)). */
    public static RefTensor swish(RefTensor x, double alpha) {
        return new RefTensor(
                Arrays.stream(x.values()).map(element -> swish(element, alpha)).toArray(), x.shape());
    }

    private static double swish(double x, double alpha) {
        return x / (1 + Math.exp(-alpha * x));
    }
}
