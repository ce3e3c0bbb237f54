package org.clattention.internal.backend.cpu;

import java.util.Arrays;
import org.clattention.internal.backend.cpu.Workspace.Slot;
import org.clattention.internal.backend.cpu.attention.AttentionCall;
import org.clattention.internal.backend.cpu.attention.OnlineSoftmax;
import org.clattention.internal.backend.cpu.simd.VectorKernels;

/**
 * Weights times values where rows may not see all keys. 0 · NaN is NaN, so what values hold at a masked key would reach the
 * context; whether it did shows in any row afterwards.
 */
public final class MaskedValues {
    private MaskedValues() {}

    /**
     * o += weights · values, for keys {@code key} ...
     *
     * @param s weights, from {@code sAt} on, rows {@link VectorKernels#STRIDE} apart
     * @param keys at most {@link VectorKernels#DEPTH}
     * @param v values, from {@code vAt} on, rows {@code vRow} apart
     * @param size of rows of values and context, in whole {@link VectorKernels#STEP steps}
     * @param o context, from {@code oAt} on, rows {@code size} apart, with room for {@link VectorKernels#ROWS}
     */
    public static void add(
            AttentionCall call,
            OnlineSoftmax rows,
            float[] s,
            int sAt,
            int key,
            int keys,
            float[] v,
            int vAt,
            int vRow,
            int size,
            float[] o,
            int oAt,
            Workspace workspace) {
        VectorKernels loops = workspace.loops();
        if (!rows.someMasked(call, key, keys)) {
            loops.multiply(s, sAt, rows.count, keys, v, vAt, vRow, size, o, oAt, size);
            return;
        }
        if (!rows.metOdd) {
            float[] before = workspace.floats(Slot.CONTEXT_BEFORE, rows.count * size);
            System.arraycopy(o, oAt, before, 0, rows.count * size);
            loops.multiply(s, sAt, rows.count, keys, v, vAt, vRow, size, o, oAt, size);
            if (Float.isFinite(loops.sum(o, oAt, call.valueSize))) {
                return;
            }
            System.arraycopy(before, 0, o, oAt, rows.count * size);
            rows.metOdd = true;
        }
        addCarefully(call, rows, s, sAt, key, keys, v, vAt, vRow, size, o, oAt, workspace);
    }

    /** A key whose values are not finite counts for the rows alone that may see it; for all together it is replaced by zeros. */
    private static void addCarefully(
            AttentionCall call,
            OnlineSoftmax rows,
            float[] s,
            int sAt,
            int key,
            int keys,
            float[] v,
            int vAt,
            int vRow,
            int size,
            float[] o,
            int oAt,
            Workspace workspace) {
        VectorKernels loops = workspace.loops();
        float[] finite = workspace.floats(Slot.FINITE_VALUES, keys * size);
        for (int n = 0; n < keys; n++) {
            int value = vAt + n * vRow;
            if (Float.isFinite(loops.sum(v, value, call.valueSize))) {
                System.arraycopy(v, value, finite, n * size, size);
                continue;
            }
            Arrays.fill(finite, n * size, (n + 1) * size, 0);
            for (int r = 0; r < rows.count; r++) {
                float weight = s[sAt + r * VectorKernels.STRIDE + n];
                if (weight == 0 && !rows.attends(call, r, key + n)) {
                    continue;
                }
                int to = oAt + r * size;
                for (int c = 0; c < size; c++) {
                    o[to + c] = Math.fma(weight, v[value + c], o[to + c]);
                }
            }
        }
        loops.multiply(s, sAt, rows.count, keys, finite, 0, size, size, o, oAt, size);
    }
}
