package org.clattention.internal.backend.opencl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.clattention.config.AttentionOptions;
import org.clattention.internal.backend.AttentionOp;
import org.clattention.internal.backend.CommandStream;
import org.clattention.internal.backend.DeviceArray;
import org.clattention.internal.backend.HeadView;
import org.clattention.internal.backend.RowLayout;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Attention alone: head gates, positions, and nothing written beside its results. */
class AttendStepTest extends StepTest {
    @Test
    @Tag("small")
    void staysInsideTinyResults() {
        attend(1, 1, 1, 1, 1, 1, 1);
        attend(2, 4, 2, 3, 5, 3, 2);
    }

    @Test
    void staysInsideResultsAtTileEdges() {
        assumeTrue(!device.simulated(), "too slow for a simulator");
        for (int rows : new int[] {31, 32, 33}) {
            for (int keys : new int[] {1, 31, 33, 65}) {
                for (int size : new int[] {15, 16, 33}) {
                    attend(1, 2, 1, rows, keys, size, size + 16);
                }
            }
        }
    }

    /** Values are the same in all keys, so every output is that value times the gate. */
    private void attend(int batch, int heads, int kv, int rows, int keys, int size, int valueSize) {
        float[] v = new float[batch * kv * keys * valueSize];
        for (int i = 0; i < v.length; i++) {
            v[i] = i % valueSize + 1;
        }
        float[] gates = new float[heads];
        for (int h = 0; h < heads; h++) {
            gates[h] = h;
        }
        int scores = batch * heads * rows * keys;
        DeviceArray context = guarded(batch * rows * heads * valueSize);
        DeviceArray weights = guarded(scores);
        DeviceArray scaled = guarded(scores);
        DeviceArray logSumExp = guarded(batch * heads * rows);
        try (CommandStream stream = backend().stream()) {
            stream.attend(new AttentionOp(
                    new AttentionOp.Shape(batch, heads, kv, rows, keys, size, valueSize, 0, 0),
                    AttentionOptions.DEFAULT,
                    HeadView.headMajor(array(integers(batch * heads * rows * size)), heads, rows, size),
                    HeadView.headMajor(array(integers(batch * kv * keys * size)), kv, keys, size),
                    HeadView.headMajor(array(v), kv, keys, valueSize),
                    RowLayout.PLAIN,
                    HeadView.merged(context, heads, rows, valueSize),
                    new AttentionOp.Extras(null, false, true, null, null, null, null, array(gates)),
                    new AttentionOp.Wanted(weights, scaled, 0, logSumExp, null, null, null, 0, null)));
            stream.finish();
        }
        float[] got = result(context);
        for (int n = 0; n < got.length; n++) {
            int head = n / valueSize % heads;
            float want = (n % valueSize + 1) * gates[head];
            assertThat(Math.abs(got[n] - want) <= 1e-5 * want)
                    .as("context[" + n + "] is " + got[n] + ", want " + want)
                    .isTrue();
        }
        for (DeviceArray array : new DeviceArray[] {weights, scaled, logSumExp}) {
            assertThat(result(array)).as("every element is written").doesNotContain(PATTERN);
        }
    }
}
