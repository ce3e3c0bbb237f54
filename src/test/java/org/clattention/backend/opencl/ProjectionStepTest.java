package org.clattention.backend.opencl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Arrays;
import org.clattention.backend.DeviceArray;
import org.clattention.backend.HeadTarget;
import org.clattention.backend.HeadView;
import org.clattention.backend.Lane;
import org.clattention.backend.PackedWeights;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Projections alone: exact on integers, at the edges of tiles, and nothing written beside the result. */
class ProjectionStepTest extends StepTest {
    private static final int[] EDGES = {1, 2, 15, 16, 17, 31, 32, 33, 65};

    @Test
    @Tag("small")
    void projectsTinyShapesExactly() {
        project(3, 5, 7, true);
        project(1, 1, 1, false);
        project(33, 17, 33, true);
    }

    @Test
    void projectsTileEdgesExactly() {
        assumeTrue(!device.simulated(), "too slow for a simulator");
        for (int rows : EDGES) {
            for (int inner : EDGES) {
                for (int columns : EDGES) {
                    project(rows, inner, columns, (rows + columns) % 2 == 0);
                }
            }
        }
    }

    private void project(int rows, int inner, int columns, boolean biased) {
        float[] x = integers(rows * inner);
        float[] w = integers(columns * inner);
        float[] bias = biased ? integers(columns) : new float[0];
        DeviceArray y = guarded(rows * columns);
        try (Lane lane = backend().lane()) {
            lane.project(array(x), rows, weights(columns, inner, w, bias), y);
            lane.finish();
        }
        assertThat(result(y)).as(rows + "x" + inner + "x" + columns).isEqualTo(product(x, w, bias, rows, inner));
    }

    @Test
    @Tag("small")
    void writesEachHeadToItsPlace() {
        heads(2, 3, 5, 2, 1, 3, 4, 0);
        heads(1, 1, 1, 1, 1, 1, 1, 0);
        heads(2, 5, 9, 3, 2, 7, 5, 4);
    }

    @Test
    void writesHeadsAcrossTiles() {
        assumeTrue(!device.simulated(), "too slow for a simulator");
        for (int length : new int[] {1, 31, 33}) {
            for (int size : new int[] {1, 31, 32, 33, 59}) {
                heads(3, length, 33, 4, 2, size, 8, 3);
            }
        }
    }

    /**
     * Three targets in one launch: head-major with rows to spare, merged, and a sequence that starts at its second row.
     * What lies between the rows stays untouched.
     */
    private void heads(int batch, int length, int inner, int heads, int kv, int size, int valueSize, int skipped) {
        int[] counts = {heads, kv, kv};
        int[] sizes = {size, size, valueSize};
        int columns = heads * size + kv * size + kv * valueSize;
        float[] x = integers(batch * length * inner);
        float[] w = integers((skipped + columns) * inner);
        float[] bias = integers(skipped + columns);
        int capacity = length + 2;
        DeviceArray[] out = {
            guarded(batch * heads * length * size),
            guarded(batch * length * kv * size),
            guarded(batch * kv * capacity * valueSize)
        };
        HeadView[] views = {
            HeadView.headMajor(out[0], heads, length, size),
            HeadView.merged(out[1], kv, length, size),
            HeadView.headMajor(out[2], kv, capacity, valueSize).fromRow(1)
        };
        PackedWeights packed = weights(skipped + columns, inner, w, bias);
        try (Lane lane = backend().lane()) {
            lane.projectHeads(
                    array(x),
                    batch,
                    length,
                    packed,
                    skipped,
                    new HeadTarget(views[0], heads, size),
                    new HeadTarget(views[1], kv, size),
                    new HeadTarget(views[2], kv, valueSize));
            lane.finish();
        }
        float[] want = product(x, w, bias, batch * length, inner);
        int firstColumn = skipped;
        for (int t = 0; t < 3; t++) {
            float[] expected = new float[Math.toIntExact(out[t].elements()) - GUARD];
            Arrays.fill(expected, PATTERN);
            for (int row = 0; row < batch * length; row++) {
                for (int c = 0; c < counts[t] * sizes[t]; c++) {
                    HeadView v = views[t];
                    int at = v.offset()
                            + row / length * v.batchStride()
                            + c / sizes[t] * v.headStride()
                            + row % length * v.rowStride()
                            + c % sizes[t];
                    expected[at] = want[row * (skipped + columns) + firstColumn + c];
                }
            }
            assertThat(result(out[t])).as("target " + t).isEqualTo(expected);
            firstColumn += counts[t] * sizes[t];
        }
    }

    /** x [rows, inner] times wᵀ plus bias, in integers. */
    private static float[] product(float[] x, float[] w, float[] bias, int rows, int inner) {
        int columns = w.length / inner;
        float[] y = new float[rows * columns];
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < columns; c++) {
                long sum = bias.length == 0 ? 0 : (long) bias[c];
                for (int k = 0; k < inner; k++) {
                    sum += ((long) x[r * inner + k]) * (long) w[c * inner + k];
                }
                y[r * columns + c] = sum;
            }
        }
        return y;
    }
}
