package org.clattention.internal.backend.cpu.attention;

import java.util.Arrays;
import org.clattention.internal.backend.AttentionOp;
import org.clattention.internal.backend.DeviceArray;
import org.clattention.internal.backend.cpu.JavaArray;
import org.clattention.internal.backend.cpu.JavaStream;
import org.clattention.internal.backend.cpu.MaskedValues;
import org.clattention.internal.backend.cpu.Workspace;
import org.clattention.internal.backend.cpu.Workspace.Slot;
import org.clattention.internal.backend.cpu.pool.Work;
import org.clattention.internal.backend.cpu.simd.VectorKernels;
import org.jspecify.annotations.Nullable;

/**
 * Attention that keeps the scores of a few rows at a time in memory, because scores, weights or summaries of them are wanted.
 * A tile is a few rows of one query head; all of its rows if column sums are wanted, which are summed in their order.
 */
public final class MaterializedAttention implements Work {
    private static final int MASKED_STAGE = 2;

    private final AttentionCall call;
    private final AttentionOp.Wanted wanted;
    private final KeyPanels panels;
    private final int blocks;
    private final int tileBlocks;
    private final int width;
    private final int columns;

    private MaterializedAttention(JavaStream stream, AttentionCall call) {
        this.call = call;
        this.wanted = call.step.wanted();
        this.panels = new KeyPanels(stream, call, wanted.scores() != null && wanted.scoresStage() < MASKED_STAGE);
        this.blocks = (call.shape.queryLength() + VectorKernels.ROWS - 1) / VectorKernels.ROWS;
        this.tileBlocks = wanted.columnSums() != null ? blocks : 1;
        this.width = (call.shape.keyLength() + panels.panel() - 1) / panels.panel() * panels.panel();
        this.columns = call.shape.keys();
    }

    public static void run(JavaStream stream, AttentionOp step) {
        AttentionCall call = new AttentionCall(step);
        MaterializedAttention attention = new MaterializedAttention(stream, call);
        int tiles = (attention.blocks + attention.tileBlocks - 1) / attention.tileBlocks;
        stream.run(attention, Math.multiplyExact(tiles, call.shape.allHeads()));
    }

    @Override
    public void run(int tile, Workspace workspace) {
        int headIndex = tile % call.shape.allHeads();
        int block0 = tile / call.shape.allHeads() * tileBlocks;
        for (int block = block0; block < Math.min(blocks, block0 + tileBlocks); block++) {
            int i = block * VectorKernels.ROWS;
            rows(headIndex, i, Math.min(VectorKernels.ROWS, call.shape.queryLength() - i), workspace);
        }
    }

    private void rows(int headIndex, int first, int count, Workspace workspace) {
        int b = headIndex / call.shape.queryHeads();
        int h = headIndex % call.shape.queryHeads();
        float[] s = scores(b, h, first, count, workspace);
        for (int r = 0; r < count; r++) {
            int at = r * width + call.shape.firstKey();
            row(s, at, b, h, first + r, workspace);
        }
        float[] o = workspace.floats(Slot.CONTEXT, VectorKernels.ROWS * panels.paddedSize());
        context(s, b, h, first, count, o, workspace);
        for (int r = 0; r < count; r++) {
            int i = first + r;
            if (i < call.queries(b) || call.writesPadding()) {
                int at = r * panels.paddedSize();
                call.storeContext(b, h, i, o, at, workspace.loops());
            }
        }
    }

    /** Products of queries and keys [ROWS][width]; scaled. */
    private float[] scores(int b, int h, int first, int count, Workspace workspace) {
        VectorKernels loops = workspace.loops();
        float[] s = workspace.floats(Slot.SCORES, VectorKernels.ROWS * width);
        Arrays.fill(s, 0, VectorKernels.ROWS * width, 0);
        float[] q = workspace.floats(Slot.QUERY, VectorKernels.ROWS * VectorKernels.STRIDE);
        int kvIndex = b * call.shape.kvHeads() + h / call.group;
        int panel = panels.panel();
        int firstPanel = call.shape.firstKey() / panel * panel;
        int there = Math.min(width, wanted.scores() != null ? call.keysThere(b) : call.keyCount(b));
        for (int c = 0; c < call.headSize; c += VectorKernels.DEPTH) {
            int depth = Math.min(VectorKernels.DEPTH, call.headSize - c);
            for (int r = 0; r < count; r++) {
                call.loadQuery(b, h, first + r, c, depth, q, r * VectorKernels.STRIDE, loops);
            }
            for (int key = firstPanel; key < there; key += panel) {
                int at = panels.keysAt(kvIndex, key, c);
                loops.multiply(q, 0, count, depth, panels.keys(), at, panel, panel, s, key, width);
            }
        }
        for (int r = 0; r < count; r++) {
            loops.scale(s, r * width, width, call.scale);
        }
        return s;
    }

    /** Scores, softmax and summaries of a row. */
    private void row(float[] s, int at, int b, int h, int i, Workspace workspace) {
        VectorKernels loops = workspace.loops();
        int row = (b * call.shape.queryHeads() + h) * call.shape.queryLength() + i;
        if (wanted.scoresStage() == 0) {
            copyRow(wanted.scores(), row, s, at);
        }
        call.cap(s, at, columns, loops);
        if (wanted.scoresStage() == 1) {
            copyRow(wanted.scores(), row, s, at);
        }
        call.mask(s, at, call.shape.firstKey(), columns, b, h, i, workspace);
        if (wanted.scoresStage() == MASKED_STAGE) {
            copyRow(wanted.scores(), row, s, at);
        }
        float score = loops.max(s, at, columns);
        boolean hasSink = call.sinks.length > 0;
        float largest = hasSink ? Math.max(score, call.sinks[h]) : score;
        float shift = largest == Float.NEGATIVE_INFINITY ? 0 : largest;
        float sum = loops.exponentials(s, at, columns, shift);
        sum += hasSink ? (float) Math.exp(call.sinks[h] - shift) : 0;
        loops.scale(s, at, columns, sum == 0 ? 0 : 1 / sum);
        call.storeLogSumExp(b, h, i, (float) (shift + Math.log(sum)));
        copyRow(wanted.weights(), row, s, at);
        if (wanted.summaries()) {
            SummaryRows.row(wanted, s, at, columns, call.shape.firstKey(), row);
            SummaryRows.columns(wanted, s, at, columns, b * call.shape.queryHeads() + h, i == 0);
        }
    }

    private void copyRow(@Nullable DeviceArray target, int row, float[] s, int at) {
        if (target != null) {
            float[] to = JavaArray.of(target).floats();
            System.arraycopy(s, at, to, Math.toIntExact((long) row * columns), columns);
        }
    }

    /** o = weights · values, rows {@code paddedSize} apart. */
    private void context(float[] s, int b, int h, int first, int count, float[] o, Workspace workspace) {
        int kvHead = h / call.group;
        OnlineSoftmax rows = workspace.rows(0);
        rows.start(call, b, kvHead, h % call.group * call.shape.queryLength() + first, count);
        int size = panels.paddedSize();
        Arrays.fill(o, 0, VectorKernels.ROWS * size, 0);
        float[] block = workspace.floats(Slot.BLOCK, VectorKernels.ROWS * VectorKernels.STRIDE);
        int end = call.keyCount(b);
        for (int key = call.shape.firstKey(); key < end; key += VectorKernels.DEPTH) {
            int keys = Math.min(VectorKernels.DEPTH, end - key);
            for (int r = 0; r < count; r++) {
                System.arraycopy(s, r * width + key, block, r * VectorKernels.STRIDE, keys);
            }
            MaskedValues.add(
                    call,
                    rows,
                    block,
                    0,
                    key,
                    keys,
                    panels.values(),
                    panels.valuesAt(b, kvHead, key),
                    panels.valueRow(),
                    size,
                    o,
                    0,
                    workspace);
        }
    }
}
