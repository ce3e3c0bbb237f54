package org.clattention.testing;

import java.util.Arrays;
import org.clattention.config.Activation;
import org.clattention.config.HostTensor;
import org.clattention.config.RotaryConfig;
import org.clattention.reference.MatrixProduct;
import org.clattention.reference.RefTensor;
import org.clattention.reference.ReferenceActivations;
import org.clattention.reference.ReferenceNorms;
import org.clattention.reference.ReferenceRotary;
import org.clattention.reference.ReferenceRotaryScaling;
import org.clattention.reference.RotaryOptions;
import org.jspecify.annotations.Nullable;

/** Steps by the float64 reference. */
final class WideSteps implements Steps {
    @Override
    public double[] linear(double[] x, HostTensor weight, @Nullable HostTensor bias) {
        return MatrixProduct.linear(rows(x, weight.dim(1)), weight, bias).values();
    }

    @Override
    public double[] rmsNorm(double[] x, HostTensor weight, double epsilon) {
        return ReferenceNorms.rmsNorm(rows(x, weight.elements()), RefTensor.of(weight), -1, epsilon)
                .values();
    }

    @Override
    public double[] layerNorm(double[] x, HostTensor weight, @Nullable HostTensor bias, double epsilon) {
        RefTensor shift = bias == null ? null : RefTensor.of(bias);
        return ReferenceNorms.layerNorm(rows(x, weight.elements()), RefTensor.of(weight), shift, -1, epsilon)
                .y()
                .values();
    }

    @Override
    public double[] rotate(double[] x, int batch, int heads, int length, int[] positions, RotaryConfig config) {
        int size = x.length / (batch * heads * length);
        boolean interleaved = config.style() == RotaryConfig.Style.INTERLEAVED;
        return ReferenceRotary.rotate(
                        new RefTensor(x, batch, heads, length, size),
                        HostTensor.ofInts(positions, batch, length),
                        new RotaryOptions(interleaved, config.theta(), config.dim(), scaling(config.scaling())))
                .values();
    }

    private static ReferenceRotaryScaling scaling(org.clattention.config.RotaryScaling scaling) {
        if (scaling instanceof org.clattention.config.RotaryScaling.Linear s) {
            return new ReferenceRotaryScaling.Linear(s.factor());
        }
        if (scaling instanceof org.clattention.config.RotaryScaling.Llama3 s) {
            return new ReferenceRotaryScaling.Llama3(
                    s.factor(), s.lowFreqFactor(), s.highFreqFactor(), s.originalContext());
        }
        if (scaling instanceof org.clattention.config.RotaryScaling.Yarn s) {
            return new ReferenceRotaryScaling.Yarn(
                    s.factor(), s.originalContext(), s.betaFast(), s.betaSlow(), s.attentionFactor());
        }
        return ReferenceRotaryScaling.none();
    }

    @Override
    public double[] activate(double[] x, Activation activation) {
        return Arrays.stream(x)
                .map(ReferenceActivations.valueOf(activation.name())::apply)
                .toArray();
    }

    @Override
    public double[] add(double[] x, double[] y) {
        double[] out = new double[x.length];
        Arrays.setAll(out, i -> x[i] + y[i]);
        return out;
    }

    @Override
    public double[] multiply(double[] x, double[] y) {
        double[] out = new double[x.length];
        Arrays.setAll(out, i -> x[i] * y[i]);
        return out;
    }

    @Override
    public Answers attend(AttentionCase c) {
        return ReferenceAnswers.of(c);
    }

    private static RefTensor rows(double[] x, long width) {
        return new RefTensor(x, (int) (x.length / width), (int) width);
    }
}
