package org.clattention.reference;

/**
 * How rotary frequencies are stretched beyond the trained context. A frequency f = theta^(−2i/dim) of pair i is given
 * and the frequency to use returned. The parameters have their names in Hugging Face {@code rope_scaling}.
 */
public sealed interface ReferenceRotaryScaling {
    /** The frequency of pair {@code i} of {@code dim}/2, in radians per position. */
    double frequency(int i, int dim, double theta);

    /** A factor of both cosine and sine. */
    default double amplitude() {
        return 1;
    }

    /** Frequencies as they are. */
    static ReferenceRotaryScaling none() {
        return new Linear(1);
    }

    /** theta^(−2i/dim), the frequency without any scaling. */
    static double plain(int i, int dim, double theta) {
        return Math.pow(theta, -2.0 * i / dim);
    }

    /**
     * Position interpolation: f/factor.
     *
     * @param factor how many times longer the context becomes; positive
     */
    record Linear(double factor) implements ReferenceRotaryScaling {
        /** Checks the factor. */
        public Linear {
            requirePositive("factor", factor);
        }

        @Override
        public double frequency(int i, int dim, double theta) {
            return plain(i, dim, theta) / factor;
        }
    }

    /**
     * Llama 3.1: wavelengths 2π/f below original/highFreqFactor stay, above original/lowFreqFactor are stretched by
     * factor, and between them the frequency is interpolated.
     *
     * @param factor the stretch of the long wavelengths
     * @param lowFreqFactor original context over the shortest fully stretched wavelength
     * @param highFreqFactor original context over the longest unchanged wavelength; greater than lowFreqFactor
     * @param originalContext the trained context in tokens
     */
    record Llama3(double factor, double lowFreqFactor, double highFreqFactor, double originalContext)
            implements ReferenceRotaryScaling {
        /** Checks the ranges. */
        public Llama3 {
            requirePositive("factor", factor);
            requirePositive("low_freq_factor", lowFreqFactor);
            requirePositive("original_max_position_embeddings", originalContext);
            if (!(highFreqFactor > lowFreqFactor)) {
                throw new IllegalArgumentException(
                        "high_freq_factor: " + highFreqFactor + " must exceed low_freq_factor " + lowFreqFactor);
            }
        }

        @Override
        public double frequency(int i, int dim, double theta) {
            double f = plain(i, dim, theta);
            double turns = originalContext * f / (2 * Math.PI);
            double keep = clamp((turns - lowFreqFactor) / (highFreqFactor - lowFreqFactor));
            return keep * f + (1 - keep) * f / factor;
        }
    }

    /**
     * YaRN (Peng et al. 2023), "NTK by parts": pairs that turn more than betaFast times within the trained context
     * stay, pairs that turn less than betaSlow times are interpolated, with a ramp over the pair index between them.
     *
     * @param factor how many times longer the context becomes
     * @param originalContext the trained context in tokens
     * @param betaFast turns above which a pair stays; 32 in the paper
     * @param betaSlow turns below which a pair is interpolated; 1 in the paper
     * @param amplitude factor of cosine and sine; the paper's is {@link #paperAmplitude}
     */
    record Yarn(double factor, double originalContext, double betaFast, double betaSlow, double amplitude)
            implements ReferenceRotaryScaling {
        /** Checks the ranges. */
        public Yarn {
            requirePositive("factor", factor);
            requirePositive("original_max_position_embeddings", originalContext);
            requirePositive("beta_fast", betaFast);
            requirePositive("beta_slow", betaSlow);
            requirePositive("attention_factor", amplitude);
        }

        /** 0.1·mscale·ln(factor) + 1; 1 for factors up to 1. With mscale 1 it is the amplitude of the paper. */
        public static double paperAmplitude(double factor, double mscale) {
            return factor <= 1 ? 1 : 0.1 * mscale * Math.log(factor) + 1;
        }

        @Override
        public double frequency(int i, int dim, double theta) {
            double f = plain(i, dim, theta);
            double low = Math.max(Math.floor(pairThatTurns(betaFast, dim, theta)), 0);
            double high = Math.min(Math.ceil(pairThatTurns(betaSlow, dim, theta)), dim - 1.0);
            double interpolate = clamp((i - low) / Math.max(high - low, 0.001));
            return (1 - interpolate) * f + interpolate * f / factor;
        }

        /** The (fractional) index of the pair that makes so many turns within the trained context. */
        private double pairThatTurns(double turns, int dim, double theta) {
            return dim * Math.log(originalContext / (turns * 2 * Math.PI)) / (2 * Math.log(theta));
        }
    }

    private static double clamp(double x) {
        return Math.min(Math.max(x, 0), 1);
    }

    private static void requirePositive(String name, double value) {
        if (!(value > 0 && value < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(name + ": " + value + " must be positive and finite");
        }
    }
}
