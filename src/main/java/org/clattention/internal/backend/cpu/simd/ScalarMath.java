package org.clattention.internal.backend.cpu.simd;

import org.clattention.config.Activation;

/** Functions that are good to a float's precision; the vector loops compute the same formulas. */
public final class ScalarMath {
    static final float LOG2_E = 1.442695f;

    /** ln 2 in two parts: the first has so few bits that its products with exponents are exact. */
    static final float LN2_HIGH = 0.6933594f;

    static final float LN2_LOW = -0.00021219444f;

    /** Adding it rounds to an integer, which then stands in the lowest bits. */
    static final float ROUND = 12582912f;

    /** The same; what then stands in the lowest bits is the exponent of 2 to that integer. */
    static final float ROUND_TO_EXPONENT = 12583039f;

    /** Below, exp is taken to be 0: its results would be subnormal. */
    static final float EXP_MIN = -87.33654f;

    static final float EXP_MAX = 88.72f;

    // (e^r - 1 - r) / r^2 for |r| <= ln(2)/2; Cephes expf.
    static final float E0 = 0.5f;
    static final float E1 = 0.16666666f;
    static final float E2 = 0.041665796f;
    static final float E3 = 0.008333452f;
    static final float E4 = 0.0013981999f;
    static final float E5 = 0.00019875691f;

    /** Below, 2^x is taken to be 0. */
    static final float EXP2_MIN = -126f;

    // 2^f for |f| <= 1/2, after the 1.
    static final float P1 = 0.693147f;
    static final float P2 = 0.24022242f;
    static final float P3 = 0.055507336f;
    static final float P4 = 0.009671513f;
    static final float P5 = 0.0013264727f;

    private ScalarMath() {}

    /** e^x; 0 below −87.3, infinity above 88.72. */
    static float exp(float x) {
        if (!(x > EXP_MIN)) {
            return x <= EXP_MIN ? 0 : x;
        }
        if (x > EXP_MAX) {
            return Float.POSITIVE_INFINITY;
        }
        float shifted = Math.fma(x, LOG2_E, ROUND);
        float n = shifted - ROUND;
        float r = Math.fma(n, -LN2_LOW, Math.fma(n, -LN2_HIGH, x));
        float p = Math.fma(Math.fma(Math.fma(Math.fma(Math.fma(E5, r, E4), r, E3), r, E2), r, E1), r, E0);
        float y = Math.fma(p, r * r, r) + 1;
        // In two steps: 2^128 is no float, but e^88.7 is one.
        int exponent = (int) n;
        int half = exponent >> 1;
        return y * power(half) * power(exponent - half);
    }

    /** e^(score − shift), for results below 2^127; 0 below 2^−126. NaN stays NaN. Faster than {@link #exp}, and good enough for softmax. */
    public static float weight(float score, float shift) {
        // In this order, so that equal scores have equal weights, and the largest 1, however large they are.
        return exp2((score - shift) * LOG2_E);
    }

    /** 2^x, relative error below 3e-7, with the limits of {@link #weight}. */
    private static float exp2(float x) {
        if (x < EXP2_MIN) {
            return 0;
        }
        float shifted = x + ROUND_TO_EXPONENT;
        float f = x - (shifted - ROUND_TO_EXPONENT);
        float y = Math.fma(Math.fma(Math.fma(Math.fma(Math.fma(P5, f, P4), f, P3), f, P2), f, P1), f, 1);
        // A product, so that NaN stays NaN whatever its bits.
        return y * Float.intBitsToFloat(Float.floatToRawIntBits(shifted) << 23);
    }

    private static float power(int exponent) {
        return Float.intBitsToFloat((exponent + 127) << 23);
    }

    /** tanh x. */
    static float tanh(float x) {
        float magnitude = Math.abs(x);
        if (magnitude < 0.625f) {
            float z = x * x;
            float p = Math.fma(
                    Math.fma(Math.fma(Math.fma(-0.0057049887f, z, 0.020639088f), z, -0.053739715f), z, 0.13331442f),
                    z,
                    -0.3333328f);
            return Math.fma(p * z, x, x);
        }
        float y = 1 - 2 / (exp(2 * Math.min(magnitude, 20)) + 1);
        return Math.copySign(y, x);
    }

    /** A function by its code: 0 identity, 1 ReLU, 2 GELU, 3 its tanh form, 4 SiLU. */
    static float activation(float x, Activation function, float alpha) {
        return switch (function) {
            case RELU -> x > 0 || Float.isNaN(x) ? x : 0;
            case GELU -> gelu(x);
            case GELU_TANH -> x / (1 + exp(-1.5957692f * Math.fma(0.044715f * x * x, x, x)));
            case SILU -> x / (1 + exp(-alpha * x));
        };
    }

    /** x·Φ(x) = x·erfc(−x/√2)/2: erfc keeps the small tail that 1 + erf would cancel. */
    private static float gelu(float x) {
        double z = -x * Math.sqrt(0.5);
        double magnitude = Math.abs(z);
        double tail = erfcOfPositive(magnitude);
        return (float) (0.5 * x * (z >= 0 ? tail : 2 - tail));
    }

    /**
     * erfc z for z ≥ 0, relative error below 6e-8: t·e^(P(t) − z²) with t = 1/(1 + z/2), and P by {@code scripts/erfc_fit.py}.
     */
    private static double erfcOfPositive(double z) {
        double t = 1 / (1 + 0.5 * z);
        double p = 0.155182109;
        p = p * t - 0.736793108;
        p = p * t + 1.28875334;
        p = p * t - 0.872366806;
        p = p * t + 0.0656666261;
        p = p * t - 0.07637166;
        p = p * t + 0.0610128882;
        p = p * t + 0.38112356;
        p = p * t + 0.999272334;
        p = p * t - 1.26547923;
        return t * Math.exp(p - z * z);
    }
}
