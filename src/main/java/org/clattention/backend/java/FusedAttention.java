package org.clattention.backend.java;

import java.util.Arrays;
import org.clattention.backend.AttentionStep;
import org.clattention.backend.java.Workspace.Slot;

/**
 * Attention by tiles, without scores in memory (online softmax, Milakov and Gimelshein 2018; Dao et al. 2022). A tile is a
 * few rows of one key-value head, which goes through all keys.
 */
final class FusedAttention implements Work {
    /** Keys at a time: their weights are the left factor of a product. */
    private static final int KEYS = Loops.DEPTH;

    private final AttentionCall call;
    private final KeyPanels panels;
    private final int sharing;
    private final int blocks;

    private FusedAttention(JavaLane lane, AttentionCall call) {
        this.call = call;
        this.panels = new KeyPanels(lane, call, false);
        this.sharing = Math.multiplyExact(call.group, call.shape.queryLength());
        this.blocks = (sharing + Loops.ROWS - 1) / Loops.ROWS;
    }

    static void run(JavaLane lane, AttentionStep step) {
        AttentionCall call = new AttentionCall(step);
        FusedAttention attention = new FusedAttention(lane, call);
        lane.run(attention, Math.multiplyExact(attention.blocks, call.kvHeads()));
    }

    @Override
    public void run(int tile, Workspace workspace) {
        // Head after head: the keys and values of one stay in the second-level cache.
        int kvIndex = tile / blocks;
        int b = kvIndex / call.shape.kvHeads();
        int kvHead = kvIndex % call.shape.kvHeads();
        // Under a causal mask late rows have more keys: first the long tiles, so that no thread is left with one.
        int row0 = (blocks - 1 - tile % blocks) * Loops.ROWS;
        OnlineRows rows = workspace.rows();
        rows.start(call, b, kvHead, row0, Math.min(Loops.ROWS, sharing - row0));
        float[] q = queries(rows, workspace);
        float[] s = workspace.floats(Slot.SCORES, Loops.ROWS * Loops.STRIDE);
        float[] o = workspace.floats(Slot.CONTEXT, Loops.ROWS * panels.paddedSize());
        Arrays.fill(o, 0, Loops.ROWS * panels.paddedSize(), 0);
        int width = Math.max(panels.panel(), KEYS / panels.panel() * panels.panel());
        int end = rows.end();
        for (int key = rows.first() / panels.panel() * panels.panel(); key < end; key += width) {
            int keys = Math.min(width, (end - key + panels.panel() - 1) / panels.panel() * panels.panel());
            scores(rows, kvIndex, key, keys, q, s, workspace.loops());
            rows.weigh(call, s, key, keys, o, panels.paddedSize(), workspace);
            workspace
                    .loops()
                    .multiply(
                            s,
                            0,
                            rows.count,
                            Math.min(keys, call.keyCount(b) - key),
                            panels.values(),
                            panels.valuesAt(b, kvHead, key),
                            panels.valueRow(),
                            panels.paddedSize(),
                            o,
                            0,
                            panels.paddedSize());
        }
        for (int r = 0; r < rows.count; r++) {
            rows.finish(call, r, o, r * panels.paddedSize(), workspace);
        }
    }

    /** The scaled queries, [d / DEPTH][ROWS][STRIDE]. */
    private float[] queries(OnlineRows rows, Workspace workspace) {
        int parts = (call.headSize + Loops.DEPTH - 1) / Loops.DEPTH;
        float[] q = workspace.floats(Slot.QUERY, parts * Loops.ROWS * Loops.STRIDE);
        for (int part = 0; part < parts; part++) {
            int component = part * Loops.DEPTH;
            int count = Math.min(Loops.DEPTH, call.headSize - component);
            for (int r = 0; r < rows.count; r++) {
                int at = (part * Loops.ROWS + r) * Loops.STRIDE;
                call.loadQuery(rows.batch, rows.head[r], rows.query[r], component, count, q, at, workspace.loops());
            }
            workspace.loops().scale(q, part * Loops.ROWS * Loops.STRIDE, rows.count, count, call.scale);
        }
        return q;
    }

    private void scores(OnlineRows rows, int kvIndex, int key, int keys, float[] q, float[] s, Loops loops) {
        loops.clear(s, 0, rows.count, keys);
        int panel = panels.panel();
        for (int n = 0; n < keys; n += panel) {
            for (int c = 0; c < call.headSize; c += Loops.DEPTH) {
                int depth = Math.min(Loops.DEPTH, call.headSize - c);
                int qAt = c / Loops.DEPTH * (Loops.ROWS * Loops.STRIDE);
                int at = panels.keysAt(kvIndex, key + n, c);
                loops.multiply(q, qAt, rows.count, depth, panels.keys(), at, panel, panel, s, n, Loops.STRIDE);
            }
        }
    }
}
