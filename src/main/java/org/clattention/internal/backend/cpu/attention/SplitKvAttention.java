package org.clattention.internal.backend.cpu.attention;

import java.util.Arrays;
import org.clattention.internal.backend.AttentionOp;
import org.clattention.internal.backend.CommandStream.Scratch;
import org.clattention.internal.backend.cpu.JavaStream;
import org.clattention.internal.backend.cpu.MaskedValues;
import org.clattention.internal.backend.cpu.Workspace;
import org.clattention.internal.backend.cpu.Workspace.Slot;
import org.clattention.internal.backend.cpu.pool.Work;
import org.clattention.internal.backend.cpu.simd.ScalarMath;
import org.clattention.internal.backend.cpu.simd.VectorKernels;

/**
 * Attention of so few rows that reading the keys and values is what takes time, as in decoding: each is read once, where it
 * is, for all rows that share it. A tile is a chunk of the keys of a key-value head; the chunks' results are put together in
 * their order afterwards, so the number of threads makes no difference.
 */
public final class SplitKvAttention implements Work {
    private static final int CHUNK = 2 * VectorKernels.DEPTH;

    /** Keys in the first-level cache at a time. */
    private static final int PART = 32;

    private final AttentionCall call;
    private final int rowsOfHead;
    private final int chunks;
    private final int paddedSize;

    /** [kv head][chunk][row][largest, sum, context]; empty if there is one chunk. */
    private final float[] partial;

    private SplitKvAttention(JavaStream stream, AttentionCall call) {
        this.call = call;
        this.rowsOfHead = sharing(call.shape);
        this.chunks = (call.shape.keyLength() + CHUNK - 1) / CHUNK;
        this.paddedSize = (call.valueSize + VectorKernels.STEP - 1) / VectorKernels.STEP * VectorKernels.STEP;
        this.partial = stream.floats(
                Scratch.SCORES, chunks == 1 ? 0 : (long) call.kvHeads() * chunks * rowsOfHead * (2 + paddedSize));
    }

    /** Whether the rows are so few. */
    static boolean takes(AttentionOp.Shape shape) {
        return sharing(shape) <= VectorKernels.ROWS;
    }

    /** Rows that share a key-value head. */
    private static int sharing(AttentionOp.Shape shape) {
        return Math.multiplyExact(shape.queryHeads() / shape.kvHeads(), shape.queryLength());
    }

    public static void run(JavaStream stream, AttentionOp step) {
        AttentionCall call = new AttentionCall(step);
        SplitKvAttention attention = new SplitKvAttention(stream, call);
        stream.run(attention, Math.multiplyExact(attention.chunks, call.kvHeads()));
        for (int kvIndex = 0; attention.chunks > 1 && kvIndex < call.kvHeads(); kvIndex++) {
            attention.combine(kvIndex, stream.workspace());
        }
    }

    @Override
    public void run(int tile, Workspace workspace) {
        int kvIndex = tile / chunks;
        int chunk = tile % chunks;
        OnlineSoftmax rows = start(kvIndex, workspace);
        float[] o = workspace.floats(Slot.CONTEXT, VectorKernels.ROWS * paddedSize);
        Arrays.fill(o, 0, VectorKernels.ROWS * paddedSize, 0);
        int end = Math.min(rows.end(), (chunk + 1) * CHUNK);
        int first = Math.max(rows.first(), chunk * CHUNK);
        if (first < end) {
            float[] q = queries(rows, workspace);
            for (int key = first; key < end; key += VectorKernels.DEPTH) {
                block(
                        rows,
                        kvIndex % call.shape.kvHeads(),
                        key,
                        Math.min(VectorKernels.DEPTH, end - key),
                        q,
                        o,
                        workspace);
            }
        }
        for (int r = 0; r < rows.count; r++) {
            if (chunks == 1) {
                rows.finish(call, r, o, r * paddedSize, workspace);
            } else {
                int at = partialAt(kvIndex, chunk, r);
                partial[at] = rows.largest[r];
                partial[at + 1] = rows.sum[r];
                System.arraycopy(o, r * paddedSize, partial, at + 2, paddedSize);
            }
        }
    }

    private OnlineSoftmax start(int kvIndex, Workspace workspace) {
        OnlineSoftmax rows = workspace.rows(0);
        int b = kvIndex / call.shape.kvHeads();
        rows.start(call, b, kvIndex % call.shape.kvHeads(), 0, rowsOfHead);
        return rows;
    }

    private int partialAt(int kvIndex, int chunk, int row) {
        return Math.toIntExact((((long) kvIndex * chunks + chunk) * rowsOfHead + row) * (2 + paddedSize));
    }

    private float[] queries(OnlineSoftmax rows, Workspace workspace) {
        int size = call.headSize;
        float[] q = workspace.floats(Slot.QUERY, rows.count * size);
        for (int r = 0; r < rows.count; r++) {
            call.loadQuery(rows.batch, rows.head[r], rows.query[r], 0, size, q, r * size, workspace.loops());
        }
        workspace.loops().scale(q, 0, rows.count * size, call.scale);
        return q;
    }

    private void block(OnlineSoftmax rows, int kvHead, int key, int keys, float[] q, float[] o, Workspace workspace) {
        VectorKernels loops = workspace.loops();
        int size = call.headSize;
        float[] s = workspace.floats(Slot.SCORES, VectorKernels.ROWS * VectorKernels.STRIDE);
        boolean keysInPlace = call.adjacentFloats(call.step.key(), size);
        float[] k = keysInPlace ? call.keys.floats() : workspace.floats(Slot.KEYS, PART * size);
        for (int n = 0; n < keys; n += PART) {
            int part = Math.min(PART, keys - n);
            int at = keysInPlace ? call.rowAt(call.step.key(), rows.batch, kvHead, key + n) : 0;
            if (!keysInPlace) {
                call.loadRows(call.step.key(), rows.batch, kvHead, key + n, part, size, k, 0, size, loops);
            }
            for (int r = 0; r < rows.count; r++) {
                loops.dots(q, r * size, k, at, part, size, s, r * VectorKernels.STRIDE + n);
            }
        }
        rows.weigh(call, s, 0, key, keys, o, 0, paddedSize, workspace);
        // Whole vectors are read: of a narrower row the last of all would end beyond the array.
        boolean valuesInPlace = call.valueSize == paddedSize && call.adjacentFloats(call.step.value(), paddedSize);
        float[] v = valuesInPlace ? call.values.floats() : workspace.floats(Slot.VALUES, PART * paddedSize);
        for (int n = 0; n < keys; n += PART) {
            int part = Math.min(PART, keys - n);
            int at = valuesInPlace ? call.rowAt(call.step.value(), rows.batch, kvHead, key + n) : 0;
            if (!valuesInPlace) {
                call.loadRows(
                        call.step.value(), rows.batch, kvHead, key + n, part, call.valueSize, v, 0, paddedSize, loops);
            }
            MaskedValues.add(call, rows, s, n, key + n, part, v, at, paddedSize, paddedSize, o, 0, workspace);
        }
    }

    /** Puts the chunks of a key-value head together. */
    private void combine(int kvIndex, Workspace workspace) {
        OnlineSoftmax rows = start(kvIndex, workspace);
        float[] o = workspace.floats(Slot.CONTEXT, VectorKernels.ROWS * paddedSize);
        for (int r = 0; r < rows.count; r++) {
            Arrays.fill(o, 0, paddedSize, 0);
            float most = Float.NEGATIVE_INFINITY;
            for (int chunk = 0; chunk < chunks; chunk++) {
                most = Math.max(most, partial[partialAt(kvIndex, chunk, r)]);
            }
            float total = 0;
            for (int chunk = 0; chunk < chunks; chunk++) {
                int at = partialAt(kvIndex, chunk, r);
                float factor = ScalarMath.weight(partial[at], most == Float.NEGATIVE_INFINITY ? 0 : most);
                total += partial[at + 1] * factor;
                for (int c = 0; c < paddedSize; c++) {
                    o[c] = Math.fma(partial[at + 2 + c], factor, o[c]);
                }
            }
            rows.largest[r] = most;
            rows.sum[r] = total;
            rows.finish(call, r, o, 0, workspace);
        }
    }
}
