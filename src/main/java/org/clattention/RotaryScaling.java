package org.clattention;

/**
 * How rotary frequencies are stretched beyond the context that a model was trained with. Parameters have the names of
 * Hugging Face's {@code rope_scaling}.
 */
public sealed interface RotaryScaling {
    /** The unscaled frequencies. */
    RotaryScaling NONE = new None();

    /** No scaling. */
    record None() implements RotaryScaling {}

    /**
     * Position interpolation: every frequency divided by the factor.
     *
     * @param factor how many times longer the context becomes
     */
    record Linear(double factor) implements RotaryScaling {
        /** Checks the factor. */
        public Linear {
            Checks.positive("factor", factor);
        }
    }

    /**
     * Llama 3.1: long wavelengths are stretched by the factor, short ones stay, those between are interpolated.
     *
     * @param factor the stretch of long wavelengths
     * @param lowFreqFactor original context over the shortest fully stretched wavelength
     * @param highFreqFactor original context over the longest unchanged wavelength; greater than lowFreqFactor
     * @param originalContext the trained context in tokens
     */
    record Llama3(double factor, double lowFreqFactor, double highFreqFactor, double originalContext)
            implements RotaryScaling {
        /** Checks the ranges. */
        public Llama3 {
            Checks.positive("factor", factor);
            Checks.positive("lowFreqFactor", lowFreqFactor);
            Checks.positive("originalContext", originalContext);
            Checks.positive("highFreqFactor", highFreqFactor);
            if (!(highFreqFactor > lowFreqFactor)) {
                throw new IllegalArgumentException(
                        "highFreqFactor: " + highFreqFactor + " must exceed lowFreqFactor = " + lowFreqFactor);
            }
        }
    }

    /**
     * YaRN (Peng et al. 2023): pairs that turn often within the trained context stay, pairs that turn rarely are
     * interpolated, with a ramp between them.
     *
     * @param factor how many times longer the context becomes
     * @param originalContext the trained context in tokens
     * @param betaFast turns above which a pair stays; 32 in the paper
     * @param betaSlow turns below which a pair is interpolated; 1 in the paper
     * @param attentionFactor multiplies cosine and sine; 0.1·ln(factor) + 1 in the paper
     */
    record Yarn(double factor, double originalContext, double betaFast, double betaSlow, double attentionFactor)
            implements RotaryScaling {
        /** Checks the ranges. */
        public Yarn {
            Checks.positive("factor", factor);
            Checks.positive("originalContext", originalContext);
            Checks.positive("betaFast", betaFast);
            Checks.positive("betaSlow", betaSlow);
            Checks.positive("attentionFactor", attentionFactor);
        }

        /** The paper's parameters. */
        public static Yarn of(double factor, double originalContext) {
            return new Yarn(factor, originalContext, 32, 1, factor <= 1 ? 1 : 0.1 * Math.log(factor) + 1);
        }
    }
}
