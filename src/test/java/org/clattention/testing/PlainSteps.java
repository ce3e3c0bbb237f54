package org.clattention.testing;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.clattention.config.Activation;
import org.clattention.config.HostTensor;
import org.clattention.config.RotaryConfig;
import org.clattention.reference.ReferenceActivations;
import org.jspecify.annotations.Nullable;

/** Steps in plain f32. Angles are computed wide, as tables of them are everywhere. */
final class PlainSteps implements Steps {
    @Override
    public double[] linear(double[] x, HostTensor weight, @Nullable HostTensor bias) {
        int inner = (int) weight.dim(1);
        int columns = (int) weight.dim(0);
        int rows = x.length / inner;
        float[] a = Steps.floats(x);
        float[] b = weight.toFloats();
        double[] y = new double[rows * columns];
        for (int r = 0; r < rows; r++) {
            for (int o = 0; o < columns; o++) {
                float sum = 0;
                for (int k = 0; k < inner; k++) {
                    sum += a[r * inner + k] * b[o * inner + k];
                }
                y[r * columns + o] = bias == null ? sum : sum + bias.getFloat(o);
            }
        }
        return y;
    }

    @Override
    public double[] rmsNorm(double[] x, HostTensor weight, double epsilon) {
        return norm(x, weight, null, epsilon, false);
    }

    @Override
    public double[] layerNorm(double[] x, HostTensor weight, @Nullable HostTensor bias, double epsilon) {
        return norm(x, weight, bias, epsilon, true);
    }

    private static double[] norm(
            double[] x, HostTensor weight, @Nullable HostTensor bias, double epsilon, boolean centred) {
        int width = (int) weight.elements();
        double[] y = new double[x.length];
        for (int start = 0; start < x.length; start += width) {
            float mean = 0;
            for (int c = 0; centred && c < width; c++) {
                mean += (float) x[start + c];
            }
            mean /= width;
            float squares = 0;
            for (int c = 0; c < width; c++) {
                float part = (float) x[start + c] - mean;
                squares += part * part;
            }
            float inverse = 1 / (float) Math.sqrt(squares / width + (float) epsilon);
            for (int c = 0; c < width; c++) {
                float part = ((float) x[start + c] - mean) * inverse * weight.getFloat(c);
                y[start + c] = bias == null ? part : part + bias.getFloat(c);
            }
        }
        return y;
    }

    @Override
    public double[] rotate(double[] x, int batch, int heads, int length, int[] positions, RotaryConfig config) {
        int size = x.length / (batch * heads * length);
        int dim = config.dimFor(size);
        // The reference turns the unit vectors: their images are the cosines and sines.
        int step = config.style() == RotaryConfig.Style.INTERLEAVED ? 1 : dim / 2;
        int stride = step == 1 ? 2 : 1;
        int pairs = dim / 2;
        double[] units = new double[batch * length * size];
        for (int row = 0; row < batch * length; row++) {
            for (int p = 0; p < pairs; p++) {
                units[row * size + p * stride] = 1;
            }
        }
        double[] turned = WIDE.rotate(units, batch, 1, length, positions, config);
        double[] y = x.clone();
        IntStream.range(0, batch * heads * length).forEach(n -> {
            int token = n / length / heads * length + n % length;
            for (int p = 0; p < pairs; p++) {
                float cos = (float) turned[token * size + p * stride];
                float sin = (float) turned[token * size + p * stride + step];
                float a = (float) x[n * size + p * stride];
                float b = (float) x[n * size + p * stride + step];
                y[n * size + p * stride] = a * cos - b * sin;
                y[n * size + p * stride + step] = b * cos + a * sin;
            }
        });
        return y;
    }

    @Override
    public double[] activate(double[] x, Activation activation) {
        return Arrays.stream(x)
                .map(v ->
                        (float) ReferenceActivations.valueOf(activation.name()).apply((float) v))
                .toArray();
    }

    @Override
    public double[] add(double[] x, double[] y) {
        double[] out = new double[x.length];
        Arrays.setAll(out, i -> (float) x[i] + (float) y[i]);
        return out;
    }

    @Override
    public double[] multiply(double[] x, double[] y) {
        double[] out = new double[x.length];
        Arrays.setAll(out, i -> (float) x[i] * (float) y[i]);
        return out;
    }

    @Override
    public Answers attend(AttentionCase c) {
        return PlainAttention.of(c).answers();
    }
}
