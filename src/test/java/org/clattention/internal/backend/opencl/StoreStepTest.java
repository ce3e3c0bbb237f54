package org.clattention.internal.backend.opencl;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.clattention.internal.backend.CommandStream;
import org.clattention.internal.backend.DeviceArray;
import org.clattention.internal.backend.HeadView;
import org.clattention.internal.backend.StoreOp;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Copies between layouts, bit by bit, and nothing beside them. */
@Tag("small")
class StoreStepTest extends StepTest {
    @Test
    void fromMergedToHeadMajor() {
        copy(2, 3, 5, 4);
        copy(1, 1, 1, 1);
        copy(3, 2, 33, 7);
    }

    @Test
    void keepsWhatIsNotFinite() {
        DeviceArray from = array(Float.NaN, Float.POSITIVE_INFINITY, -0.0f, Float.MIN_VALUE);
        DeviceArray to = guarded(4);
        copy(HeadView.headMajor(from, 1, 1, 4), HeadView.headMajor(to, 1, 1, 4), 1, 1, 1, 4);
        assertThat(result(to)).isEqualTo(new float[] {Float.NaN, Float.POSITIVE_INFINITY, -0.0f, Float.MIN_VALUE});
    }

    /** From merged heads behind the first two rows of a longer head-major array, as a cache is appended to. */
    private void copy(int batch, int heads, int rows, int size) {
        int capacity = rows + 3;
        float[] source = reals(batch * rows * heads * size);
        DeviceArray to = guarded(batch * heads * capacity * size);
        HeadView target = HeadView.headMajor(to, heads, capacity, size).fromRow(2);
        copy(HeadView.merged(array(source), heads, rows, size), target, batch, heads, rows, size);
        float[] want = new float[batch * heads * capacity * size];
        Arrays.fill(want, PATTERN);
        for (int n = 0; n < source.length; n++) {
            int c = n % size;
            int h = n / size % heads;
            int row = n / size / heads % rows;
            int b = n / size / heads / rows;
            want[((b * heads + h) * capacity + row + 2) * size + c] = source[n];
        }
        assertThat(result(to)).isEqualTo(want);
    }

    private void copy(HeadView from, HeadView to, int batch, int heads, int rows, int size) {
        try (CommandStream stream = backend().stream()) {
            stream.store(StoreOp.copy(batch, heads, rows, size, from, to));
            stream.finish();
        }
    }
}
