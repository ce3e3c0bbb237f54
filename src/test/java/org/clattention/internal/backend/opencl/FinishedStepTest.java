package org.clattention.internal.backend.opencl;

import static org.assertj.core.api.Assertions.assertThat;

/** Products whose results are finished, and the same in double precision. */
abstract class FinishedStepTest extends StepTest {
    /** Streams, tiles with and without rows to spare. */
    static final int[] ROWS = {1, 3, 4, 5, 13, 27};

    static final int INNER = 64;

    static double[] product(float[] x, float[] w, float[] bias, int rows) {
        int columns = bias.length;
        double[] y = new double[rows * columns];
        for (int i = 0; i < y.length; i++) {
            double sum = bias[i % columns];
            for (int n = 0; n < INNER; n++) {
                sum += (double) x[i / columns * INNER + n] * w[i % columns * INNER + n];
            }
            y[i] = sum;
        }
        return y;
    }

    static void requireClose(String what, float[] got, double[] want, double tolerance) {
        assertThat(got).hasSameSizeAs(want);
        for (int i = 0; i < want.length; i++) {
            if (!close(got[i], want[i], tolerance)) {
                throw new AssertionError(what + ": element " + i + " is " + got[i] + ", not " + want[i]);
            }
        }
    }

    /** NaN is never close. */
    static boolean close(double got, double want, double tolerance) {
        return got == want || Math.abs(got - want) <= tolerance * (1 + Math.abs(want));
    }

    @SafeVarargs
    final <T> T any(T... values) {
        return values[random.nextInt(values.length)];
    }

    float[] scaled(int count) {
        return map(reals(count), value -> value / Math.sqrt(INNER));
    }

    interface Function {
        double of(double value);
    }

    static float[] map(float[] values, Function function) {
        float[] mapped = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            mapped[i] = (float) function.of(values[i]);
        }
        return mapped;
    }
}
