package org.clattention.internal.layer.rotary;

import org.clattention.config.RotaryConfig;
import org.clattention.config.RotaryScaling;

/** The frequencies of a rotary embedding, in radians per position. */
public final class RotaryFrequencies {
    private RotaryFrequencies() {}

    /** Frequency of pair {@code i} of {@code dim/2}. */
    public static double frequency(RotaryConfig config, int dim, int i) {
        double plain = Math.pow(config.theta(), -2.0 * i / dim);
        RotaryScaling scaling = config.scaling();
        if (scaling instanceof RotaryScaling.Linear linear) {
            return plain / linear.factor();
        }
        if (scaling instanceof RotaryScaling.Llama3 llama) {
            return llama3(llama, plain);
        }
        if (scaling instanceof RotaryScaling.Yarn yarn) {
            return yarn(yarn, config.theta(), dim, i, plain);
        }
        return plain;
    }

    /** Factor of cosine and sine. */
    public static double amplitude(RotaryConfig config) {
        return config.scaling() instanceof RotaryScaling.Yarn yarn ? yarn.attentionFactor() : 1;
    }

    private static double llama3(RotaryScaling.Llama3 s, double plain) {
        double wavelength = 2 * Math.PI / plain;
        if (wavelength < s.originalContext() / s.highFreqFactor()) {
            return plain;
        }
        if (wavelength > s.originalContext() / s.lowFreqFactor()) {
            return plain / s.factor();
        }
        double smooth =
                (s.originalContext() / wavelength - s.lowFreqFactor()) / (s.highFreqFactor() - s.lowFreqFactor());
        return (1 - smooth) * plain / s.factor() + smooth * plain;
    }

    private static double yarn(RotaryScaling.Yarn s, double theta, int dim, int i, double plain) {
        double low = Math.max(0, Math.floor(pairWithTurns(s, theta, dim, s.betaFast())));
        double high = Math.min(dim - 1, Math.ceil(pairWithTurns(s, theta, dim, s.betaSlow())));
        double width = high == low ? 0.001 : high - low;
        double ramp = Math.min(1, Math.max(0, (i - low) / width));
        return plain / s.factor() * ramp + plain * (1 - ramp);
    }

    /** The index of the pair that turns so often within the trained context. */
    private static double pairWithTurns(RotaryScaling.Yarn s, double theta, int dim, double turns) {
        return dim * Math.log(s.originalContext() / (turns * 2 * Math.PI)) / (2 * Math.log(theta));
    }
}
