package org.clattention.reference;

/** The complementary error function, which the JDK does not have. Relative error below 1e-12. */
final class ErrorFunction {
    private static final double SERIES_BELOW = 2;
    private static final int FRACTION_TERMS = 60;

    private ErrorFunction() {}

    /** 1 − erf(x), without cancellation for large x. */
    static double erfc(double x) {
        if (x < 0) {
            return 2 - erfc(-x);
        }
        return x < SERIES_BELOW ? 1 - erfSeries(x) : erfcFraction(x);
    }

    /** Abramowitz and Stegun 7.1.6: erf(x) = 2/√π · e^(−x²) · Σ 2ⁿ·x^(2n+1)/(1·3·…·(2n+1)); all terms positive. */
    private static double erfSeries(double x) {
        double term = x;
        double sum = x;
        for (int n = 1; term > sum * 1e-18; n++) {
            term *= 2 * x * x / (2 * n + 1);
            sum += term;
        }
        return 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * sum;
    }

    /** Abramowitz and Stegun 7.1.14: √π·e^(x²)·erfc(x) = 1/(x + (1/2)/(x + (2/2)/(x + (3/2)/(x + …)))). */
    private static double erfcFraction(double x) {
        double tail = x;
        for (int n = FRACTION_TERMS; n >= 1; n--) {
            tail = x + n / 2.0 / tail;
        }
        return Math.exp(-x * x) / (Math.sqrt(Math.PI) * tail);
    }
}
