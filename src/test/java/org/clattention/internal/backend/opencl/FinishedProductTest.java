package org.clattention.internal.backend.opencl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.clattention.config.Activation;
import org.clattention.config.DataType;
import org.clattention.internal.backend.CommandStream;
import org.clattention.internal.backend.DeviceArray;
import org.clattention.internal.backend.Epilogue;
import org.clattention.reference.ReferenceActivations;
import org.clattention.testing.StorageTypes;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Activations, gates and residuals in products. */
class FinishedProductTest extends FinishedStepTest {
    private static final DataType[] ACTIVATION_TYPES = {DataType.F32, DataType.F16, DataType.BF16};

    @Test
    @Tag("small")
    void activatesGatesAndAdds() {
        for (Activation activation : Activation.values()) {
            elements(1, 5, activation, false, false, DataType.F32);
            elements(5, 5, activation, true, true, DataType.F32);
        }
        elements(2, 31, null, false, true, DataType.BF16);
    }

    @Test
    void activatesGatesAndAddsAtAnySize() {
        assumeTrue(!device.simulated(), "too slow for a simulator");
        for (int rows : ROWS) {
            for (int outputs : new int[] {1, 16, 31, 32, 40, 96}) {
                Activation activation = any(Activation.values());
                DataType type = any(ACTIVATION_TYPES);
                elements(rows, outputs, activation, random.nextBoolean(), random.nextBoolean(), type);
                elements(rows, outputs, null, false, true, type);
            }
        }
    }

    @Test
    @Tag("small")
    void infinityAndNanStayWhatTheyAre() {
        float[] x = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, 1e30f, -1e30f, 0, -100, 100};
        for (Activation activation : Activation.values()) {
            DeviceArray y = guarded(x.length);
            try (CommandStream stream = backend().stream()) {
                stream.project(
                        array(x),
                        x.length,
                        weights(1, 1, new float[] {1}, new float[0]),
                        Epilogue.activate(activation),
                        y);
                stream.finish();
            }
            float[] got = result(y);
            for (int i = 0; i < x.length; i++) {
                double want = apply(activation, x[i]);
                assertThat((double) got[i])
                        .as(activation + " of " + x[i])
                        .matches(v -> Double.isNaN(want) ? Double.isNaN(v) : close(v, want, 1e-6));
            }
        }
    }

    private void elements(
            int rows, int outputs, @Nullable Activation activation, boolean gated, boolean added, DataType type) {
        float[] x = reals(rows * INNER);
        float[] w = scaled(outputs * INNER);
        float[] bias = reals(outputs);
        float[] factor = reals(rows * outputs);
        float[] addend = StorageTypes.round(reals(rows * outputs), type);
        DataType stored = added ? type : DataType.F32;
        Epilogue.Elementwise epilogue =
                new Epilogue.Elementwise(activation, gated ? array(factor) : null, added ? array(type, addend) : null);
        DeviceArray y = array(stored, new float[rows * outputs]);
        try (CommandStream stream = backend().stream()) {
            stream.project(array(x), rows, weights(outputs, INNER, w, bias), epilogue, y);
            stream.finish();
        }
        double[] want = product(x, w, bias, rows);
        for (int i = 0; i < want.length; i++) {
            double value = activation == null ? want[i] : apply(activation, want[i]);
            want[i] = value * (gated ? factor[i] : 1) + (added ? addend[i] : 0);
        }
        requireClose(
                rows + " x " + outputs + " " + activation + (gated ? " gated" : "") + (added ? " added" : "") + " "
                        + type,
                values(y),
                want,
                1e-5 + 2 * StorageTypes.roundoff(stored));
    }

    private static double apply(Activation activation, double x) {
        return ReferenceActivations.valueOf(activation.name()).apply(x);
    }
}
