package org.clattention.internal.backend.opencl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.clattention.config.DataType;
import org.clattention.config.HostTensor;
import org.clattention.internal.backend.Backend.Use;
import org.clattention.internal.backend.BatchedGemmOp;
import org.clattention.internal.backend.CommandStream;
import org.clattention.internal.backend.DeviceArray;
import org.clattention.internal.backend.HeadTarget;
import org.clattention.internal.backend.HeadView;
import org.clattention.internal.backend.PackedWeights;
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
        try (CommandStream stream = backend().stream()) {
            stream.project(array(x), rows, weights(columns, inner, w, bias), y);
            stream.finish();
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
        try (CommandStream stream = backend().stream()) {
            stream.projectHeads(
                    array(x),
                    batch,
                    length,
                    packed,
                    skipped,
                    new HeadTarget(views[0], heads, size),
                    new HeadTarget(views[1], kv, size),
                    new HeadTarget(views[2], kv, valueSize));
            stream.finish();
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

    @Test
    @Tag("small")
    void multipliesEachHeadWithItsMatrix() {
        eachHead(DataType.F32, 2, 2, 3, 5, 7);
        eachHead(DataType.BF16, 1, 3, 1, 16, 33);
        eachHead(DataType.F16, 1, 1, 6, 33, 32);
    }

    @Test
    void multipliesEachHeadAtTileEdges() {
        assumeTrue(!device.simulated(), "too slow for a simulator");
        for (int rows : new int[] {1, 2, 4, 5, 13}) {
            for (int inner : new int[] {1, 31, 257, 600}) {
                for (int columns : new int[] {1, 32, 65}) {
                    eachHead(DataType.F32, 2, 3, rows, inner, columns);
                }
            }
        }
    }

    /** From merged heads to a part of longer rows. */
    private void eachHead(DataType type, int batch, int heads, int rows, int inner, int columns) {
        float[] x = integers(batch * rows * heads * inner);
        List<HostTensor> matrices = new ArrayList<>();
        float[][] w = new float[heads][];
        for (int h = 0; h < heads; h++) {
            w[h] = integers(columns * inner);
            matrices.add(HostTensor.of(w[h], columns, inner).to(type));
        }
        PackedWeights weights = own(backend().pack("test", matrices, Collections.nCopies(heads, null), Use.EACH_HEAD));
        int width = columns + 3;
        DeviceArray out = guarded(batch * heads * rows * width);
        HeadView target = HeadView.headMajor(out, heads, rows, width);
        try (CommandStream stream = backend().stream()) {
            stream.projectEachHead(new BatchedGemmOp(
                    batch,
                    heads,
                    rows,
                    inner,
                    columns,
                    HeadView.merged(array(x), heads, rows, inner),
                    weights,
                    new HeadView(out, 2, target.batchStride(), target.headStride(), target.rowStride())));
            stream.finish();
        }
        float[] want = new float[batch * heads * rows * width];
        Arrays.fill(want, PATTERN);
        for (int n = 0; n < batch * rows * heads; n++) {
            int h = n % heads;
            int row = n / heads % rows;
            int b = n / heads / rows;
            float[] y = product(Arrays.copyOfRange(x, n * inner, (n + 1) * inner), w[h], new float[0], 1, inner);
            System.arraycopy(y, 0, want, ((b * heads + h) * rows + row) * width + 2, columns);
        }
        assertThat(result(out))
                .as("%s, %d x %d heads, %d x %d x %d", type, batch, heads, rows, inner, columns)
                .isEqualTo(want);
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
