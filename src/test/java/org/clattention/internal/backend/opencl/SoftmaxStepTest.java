package org.clattention.internal.backend.opencl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.clattention.internal.backend.CommandStream;
import org.clattention.internal.backend.DeviceArray;
import org.clattention.reference.RefTensor;
import org.clattention.reference.ReferenceSoftmax;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The softmax alone, over every axis, with what is not finite. */
class SoftmaxStepTest extends StepTest {
    private static final float INFINITY = Float.POSITIVE_INFINITY;

    @Test
    @Tag("small")
    void agreesOnTinyShapes() {
        agrees(2, 3, 1, 2);
        agrees(2, 5, 3, 2);
        agrees(1, 1, 4, 2);
        agrees(1, 70, 2, 50);
    }

    @Test
    void agreesAtEdges() {
        assumeTrue(!device.simulated(), "too slow for a simulator");
        for (int columns : new int[] {1, 2, 3, 31, 32, 33, 63, 64, 65, 127, 129, 1023, 1025, 4099}) {
            agrees(5, columns, 1, 3);
            agrees(2, columns, 7, 60);
        }
    }

    private void agrees(int outer, int columns, int inner, float magnitude) {
        float[] x = reals(outer * columns * inner);
        double[] wide = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            x[i] *= magnitude;
            wide[i] = x[i];
        }
        double[] want = ReferenceSoftmax.softmax(new RefTensor(wide, outer, columns, inner), 1)
                .values();
        float[] got = softmax(x, outer, columns, inner);
        // exp and the sum round; an error of the difference of scores is a relative one of the weight.
        double relative = Math.ulp(1f) * (8 + 2 * magnitude + 2 * Math.sqrt(columns));
        for (int i = 0; i < want.length; i++) {
            assertThat(Math.abs(got[i] - want[i]) <= relative * want[i] + Float.MIN_NORMAL)
                    .as(outer + "x" + columns + "x" + inner + " at " + i + ": " + got[i] + ", want " + want[i])
                    .isTrue();
        }
    }

    @Test
    @Tag("small")
    void maskedRowsAreZeros() {
        float[] got = softmax(new float[] {-INFINITY, -INFINITY, -INFINITY, 0, -INFINITY, 0}, 2, 3, 1);
        assertThat(got).containsExactly(0, 0, 0, 0.5f, 0, 0.5f);
    }

    @Test
    @Tag("small")
    void aNaNShowsInItsRowAlone() {
        float[] got = softmax(new float[] {1, Float.NaN, 1, 1, Float.NaN, Float.NaN}, 3, 2, 1);
        assertThat(got[0]).isNaN();
        assertThat(got[1]).isNaN();
        assertThat(got[2]).isEqualTo(0.5f);
        assertThat(got[3]).isEqualTo(0.5f);
        assertThat(got[4]).isNaN();
        assertThat(got[5]).isNaN();
    }

    @Test
    @Tag("small")
    void hugeScoresDoNotOverflow() {
        assertThat(softmax(new float[] {3e38f, 3e38f, -3e38f, 1e30f, -1e30f, -1e30f}, 2, 3, 1))
                .containsExactly(0.5f, 0.5f, 0, 1, 0, 0);
    }

    @Test
    @Tag("small")
    void mayReplaceItsInput() {
        DeviceArray values = array(0, 0, 5, 5);
        try (CommandStream stream = backend().stream()) {
            stream.softmax(values, values, 2, 2, 1);
            stream.finish();
        }
        assertThat(read(values)).containsExactly(0.5f, 0.5f, 0.5f, 0.5f);
    }

    private float[] softmax(float[] x, int outer, int columns, int inner) {
        DeviceArray y = guarded(x.length);
        try (CommandStream stream = backend().stream()) {
            stream.softmax(array(x), y, outer, columns, inner);
            stream.finish();
        }
        return result(y);
    }
}
