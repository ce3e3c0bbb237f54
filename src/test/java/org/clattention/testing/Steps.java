package org.clattention.testing;

import org.clattention.config.Activation;
import org.clattention.config.HostTensor;
import org.clattention.config.RotaryConfig;
import org.jspecify.annotations.Nullable;

/** The steps around attention: in float64 by the reference, or in plain f32, every operation rounded. */
interface Steps {
    /** The float64 reference. */
    Steps WIDE = new WideSteps();
    /** Plain f32: the measure of errors. */
    Steps PLAIN = new PlainSteps();

    /** x [rows, in] · weightᵀ + bias. */
    double[] linear(double[] x, HostTensor weight, @Nullable HostTensor bias);

    /** RMS norm over rows of the weight's size. */
    double[] rmsNorm(double[] x, HostTensor weight, double epsilon);

    /** Layer norm over rows of the weight's size. */
    double[] layerNorm(double[] x, HostTensor weight, @Nullable HostTensor bias, double epsilon);

    /** Rotary embedding of [batch, heads, length, size], by positions [batch · length]. */
    double[] rotate(double[] x, int batch, int heads, int length, int[] positions, RotaryConfig config);

    /** An activation, element by element. */
    double[] activate(double[] x, Activation activation);

    /** Sums. */
    double[] add(double[] x, double[] y);

    /** Products. */
    double[] multiply(double[] x, double[] y);

    /** Attention over operands rounded once to f32: that error belongs to the measure. */
    Answers attend(AttentionCase c);

    /** Wide values as floats. */
    static float[] floats(double[] values) {
        float[] out = new float[values.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = (float) values[i];
        }
        return out;
    }
}
