package org.clattention.internal.backend.opencl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.assertj.core.data.Offset;
import org.clattention.config.DataType;
import org.clattention.config.HostTensor;
import org.clattention.internal.backend.Backend.Use;
import org.clattention.internal.backend.BatchedGemmOp;
import org.clattention.internal.backend.CommandStream;
import org.clattention.internal.backend.DeviceArray;
import org.clattention.internal.backend.HeadTarget;
import org.clattention.internal.backend.HeadView;
import org.clattention.internal.backend.PackedWeights;
import org.clattention.internal.backend.StoreOp;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Products with weights in blocks, and rows stored in blocks. Every block holds an integer that makes its scale 1, so results
 * are exact.
 */
class QuantizedStepTest extends StepTest {
    private static final int[] ROWS = {1, 2, 3, 4, 5, 13, 33};
    private static final int[] OUTPUTS = {1, 15, 16, 31, 32, 33, 65};

    @Test
    @Tag("small")
    void projectsTinyShapesExactly() {
        for (DataType type : List.of(DataType.Q8_0, DataType.Q4_0)) {
            project(type, 1, 32, 5);
            project(type, 3, 64, 33);
            project(type, 5, 32, 2, 33, 1);
        }
    }

    @Test
    void projectsEdgesExactly() {
        assumeTrue(!device.simulated(), "too slow for a simulator");
        for (DataType type : List.of(DataType.Q8_0, DataType.Q4_0)) {
            for (int rows : ROWS) {
                for (int outputs : OUTPUTS) {
                    project(type, rows, 96, outputs);
                }
                project(type, rows, 32, 7, 40, 33, 16);
            }
        }
    }

    /** The outputs from any row of stacked weights on, as cross-attention takes its keys and values. */
    @Test
    @Tag("small")
    void projectsFromAnyOutputOn() {
        for (DataType type : List.of(DataType.Q8_0, DataType.Q4_0)) {
            for (int first : new int[] {0, 3, 32, 35}) {
                float[] x = integers(2 * 64);
                float[] w = blocks(type, (first + 21) * 64);
                DeviceArray out = guarded(2 * 21);
                PackedWeights weights = pack(type, Use.PROJECTION, 64, w, first + 21);
                try (CommandStream stream = backend().stream()) {
                    stream.projectHeads(
                            array(x), 1, 2, weights, first, new HeadTarget(HeadView.merged(out, 3, 2, 7), 3, 7));
                    stream.finish();
                } finally {
                    weights.close();
                }
                float[] part = Arrays.copyOfRange(w, first * 64, w.length);
                assertThat(exact(out)).as(type + " from " + first).isEqualTo(product(x, part, 2, 64));
            }
        }
    }

    @Test
    @Tag("small")
    void projectsEachHead() {
        for (DataType type : List.of(DataType.Q8_0, DataType.Q4_0)) {
            eachHead(type, 2, 3, 32, 5);
        }
    }

    @Test
    void projectsEachHeadAcrossTiles() {
        assumeTrue(!device.simulated(), "too slow for a simulator");
        for (DataType type : List.of(DataType.Q8_0, DataType.Q4_0)) {
            eachHead(type, 3, 1, 96, 33);
            eachHead(type, 1, 9, 64, 64);
        }
    }

    /** Every head times a matrix of its own. */
    private void eachHead(DataType type, int heads, int rows, int inner, int columns) {
        float[] w = blocks(type, heads * columns * inner);
        int[] parts = new int[heads];
        Arrays.fill(parts, columns);
        PackedWeights weights = pack(type, Use.EACH_HEAD, inner, w, parts);
        float[] x = integers(heads * rows * inner);
        DeviceArray out = guarded(heads * rows * columns);
        try (CommandStream stream = backend().stream()) {
            stream.projectEachHead(new BatchedGemmOp(
                    1,
                    heads,
                    rows,
                    inner,
                    columns,
                    HeadView.headMajor(array(x), heads, rows, inner),
                    weights,
                    HeadView.headMajor(out, heads, rows, columns)));
            stream.finish();
        } finally {
            weights.close();
        }
        float[] got = exact(out);
        for (int h = 0; h < heads; h++) {
            float[] matrix = Arrays.copyOfRange(w, h * columns * inner, (h + 1) * columns * inner);
            float[] from = Arrays.copyOfRange(x, h * rows * inner, (h + 1) * rows * inner);
            assertThat(Arrays.copyOfRange(got, h * rows * columns, (h + 1) * rows * columns))
                    .as("%s, head %d of %d, %d x %d x %d", type, h, heads, rows, inner, columns)
                    .isEqualTo(product(from, matrix, rows, inner));
        }
    }

    /** Device and host make the same blocks, but for a last bit of a scale; other rows stay as they are. */
    @Test
    @Tag("small")
    void storesBlocks() {
        int heads = 2;
        int rows = 3;
        int size = 64;
        int capacity = rows + 2;
        float[] x = reals(heads * rows * size);
        Arrays.fill(x, 0, 32, 0);
        x[40] = Float.NaN;
        x[140] = Float.POSITIVE_INFINITY;
        x[200] = 1e8f;
        for (int i = 224; i < 256; i++) {
            x[i] = (i - 240) * 1e-12f;
        }
        DeviceArray blocks = backend().allocate(DataType.Q8_0, (long) heads * capacity * size, "test");
        DeviceArray back = guarded(heads * capacity * size);
        byte[] untouched = new byte[heads * capacity * size / 32 * 34];
        try (CommandStream stream = backend().stream()) {
            backend().write(blocks, ByteBuffer.wrap(untouched));
            HeadView target = HeadView.headMajor(blocks, heads, capacity, size);
            stream.store(StoreOp.copy(
                    1, heads, rows, size, HeadView.merged(array(x), heads, rows, size), target.fromRow(1)));
            stream.store(
                    StoreOp.copy(1, heads, capacity, size, target, HeadView.headMajor(back, heads, capacity, size)));
            stream.finish();
        } finally {
            blocks.close();
        }
        float[] got = result(back);
        for (int n = 0; n < got.length; n += 32) {
            int row = n / size % capacity - 1;
            int from = ((row * heads) + n / size / capacity) * size + n % size;
            float[] source = row < 0 || row >= rows ? new float[32] : Arrays.copyOfRange(x, from, from + 32);
            float[] block = Arrays.copyOfRange(got, n, n + 32);
            if (from == 32 || from == 128 || from == 192) {
                assertThat(block).as("a block that cannot be held").containsOnly(Float.NaN);
                continue;
            }
            float[] want = HostTensor.of(source, 32).to(DataType.Q8_0).toFloats();
            float largest = 0;
            for (float value : source) {
                largest = Math.max(largest, Math.abs(value));
            }
            for (int i = 0; i < 32; i++) {
                assertThat((double) block[i]).isCloseTo(want[i], within(largest * 0x1p-10));
            }
        }
    }

    private static Offset<Double> within(double distance) {
        return Offset.offset(distance);
    }

    private void project(DataType type, int rows, int inner, int... outputs) {
        int all = Arrays.stream(outputs).sum();
        float[] x = integers(rows * inner);
        float[] w = blocks(type, all * inner);
        DeviceArray y = guarded(rows * all);
        PackedWeights weights = pack(type, Use.PROJECTION, inner, w, outputs);
        try (CommandStream stream = backend().stream()) {
            stream.project(array(x), rows, weights, y);
            stream.finish();
        } finally {
            weights.close();
        }
        assertThat(exact(y))
                .as(type + " " + rows + "x" + inner + "x" + Arrays.toString(outputs))
                .isEqualTo(product(x, w, rows, inner));
    }

    /** Matrices with these numbers of outputs, stacked. */
    private PackedWeights pack(DataType type, Use use, int inner, float[] w, int... outputs) {
        List<HostTensor> parts = new ArrayList<>();
        int row = 0;
        for (int count : outputs) {
            float[] part = Arrays.copyOfRange(w, row * inner, (row + count) * inner);
            HostTensor blocks = HostTensor.of(part, count, inner).to(type);
            assertThat(blocks.toFloats()).isEqualTo(part);
            parts.add(blocks);
            row += count;
        }
        return backend().pack("test", parts, Collections.nCopies(parts.size(), null), use);
    }

    /** A result without the signs of its zeros. */
    private float[] exact(DeviceArray guarded) {
        float[] values = result(guarded);
        for (int i = 0; i < values.length; i++) {
            values[i] += 0f;
        }
        return values;
    }

    /** Integers of which every block has one of the largest magnitude that its type holds with the scale 1. */
    private float[] blocks(DataType type, int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = random.nextInt(-8, 8);
        }
        for (int i = 0; i < count; i += 32) {
            values[i + random.nextInt(32)] = type == DataType.Q8_0 ? 127 : -8;
        }
        return values;
    }

    private static float[] product(float[] x, float[] w, int rows, int inner) {
        int columns = w.length / inner;
        float[] y = new float[rows * columns];
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < columns; c++) {
                long sum = 0;
                for (int k = 0; k < inner; k++) {
                    sum += ((long) x[r * inner + k]) * (long) w[c * inner + k];
                }
                y[r * columns + c] = sum;
            }
        }
        return y;
    }
}
