package org.clattention.internal.backend.cpu.attention;

import java.util.Arrays;
import org.clattention.internal.backend.AttentionOp;
import org.clattention.internal.backend.cpu.JavaStream;
import org.clattention.internal.backend.cpu.MaskedValues;
import org.clattention.internal.backend.cpu.Workspace;
import org.clattention.internal.backend.cpu.Workspace.Slot;
import org.clattention.internal.backend.cpu.pool.Work;
import org.clattention.internal.backend.cpu.simd.VectorKernels;

/**
 * Attention by tiles, without scores in memory (online softmax, Milakov and Gimelshein 2018; Dao et al. 2022). A tile is one
 * or more blocks of ROWS rows of a key-value head, which go through all keys together: the first takes a few keys or values
 * from memory, the others find them in the first-level cache.
 */
public final class FlashAttention implements Work {
    /** Keys at a time: their weights are the left factor of a product. */
    private static final int KEYS = VectorKernels.DEPTH;

    /** Floats of a block of queries or scores. */
    private static final int BLOCK = VectorKernels.ROWS * VectorKernels.STRIDE;

    /** Floats of values at a time that stay in the first-level cache, with some room for weights. */
    private static final int NEAR = 8192;

    /** The most blocks of rows of a tile. */
    public static final int MOST_TURNS = 4;

    /** Floats of keys and values that stay in the second-level cache: then blocks go alone, and tiles are small. */
    private static final int HELD = 65536;

    /** As many tiles give work to many threads; fewer are not made for the caches' sake. */
    private static final int ENOUGH_TILES = 128;

    private final AttentionCall call;
    private final KeyPanels panels;
    private final int sharing;
    private final int turns;
    private final int tiles;
    private final int contextSize;
    private final int querySize;

    private FlashAttention(JavaStream stream, AttentionCall call) {
        this.call = call;
        this.panels = new KeyPanels(stream, call, false);
        this.sharing = Math.multiplyExact(call.group, call.shape.queryLength());
        this.turns = turns(call, sharing);
        this.tiles = tiles(sharing, turns);
        this.contextSize = VectorKernels.ROWS * panels.paddedSize();
        this.querySize = (call.headSize + VectorKernels.DEPTH - 1) / VectorKernels.DEPTH * BLOCK;
    }

    public static void run(JavaStream stream, AttentionOp step) {
        AttentionCall call = new AttentionCall(step);
        FlashAttention attention = new FlashAttention(stream, call);
        stream.run(attention, Math.multiplyExact(attention.tiles, call.kvHeads()));
    }

    /** How many blocks a tile has: by the shape alone, so that the number of threads makes no difference. */
    private static int turns(AttentionCall call, int sharing) {
        long floats = (long) call.shape.keyLength() * (call.headSize + call.valueSize);
        int turns = floats > HELD ? MOST_TURNS : 1;
        while (turns > 1 && (long) call.kvHeads() * tiles(sharing, turns) < ENOUGH_TILES) {
            turns /= 2;
        }
        return turns;
    }

    private static int tiles(int sharing, int turns) {
        return (sharing + turns * VectorKernels.ROWS - 1) / (turns * VectorKernels.ROWS);
    }

    @Override
    public void run(int tile, Workspace workspace) {
        // Head after head: the keys and values of one stay in the second-level cache.
        int kvIndex = tile / tiles;
        // Under a causal mask late rows have more keys: first the long tiles, so that no thread is left with one.
        int row0 = (tiles - 1 - tile % tiles) * turns * VectorKernels.ROWS;
        int blocks =
                (Math.min(turns * VectorKernels.ROWS, sharing - row0) + VectorKernels.ROWS - 1) / VectorKernels.ROWS;
        float[] q = workspace.floats(Slot.QUERY, turns * querySize);
        float[] s = workspace.floats(Slot.SCORES, turns * BLOCK);
        float[] o = workspace.floats(Slot.CONTEXT, turns * contextSize);
        Arrays.fill(o, 0, blocks * contextSize, 0);
        int first = Integer.MAX_VALUE;
        int end = 0;
        for (int i = 0; i < blocks; i++) {
            OnlineSoftmax rows = workspace.rows(i);
            int row = row0 + i * VectorKernels.ROWS;
            rows.start(
                    call,
                    kvIndex / call.shape.kvHeads(),
                    kvIndex % call.shape.kvHeads(),
                    row,
                    Math.min(VectorKernels.ROWS, sharing - row));
            loadQueries(rows, q, i * querySize, workspace.loops());
            first = Math.min(first, rows.first());
            end = Math.max(end, rows.end());
        }
        int panel = panels.panel();
        int width = Math.max(panel, KEYS / panel * panel);
        for (int key = first / panel * panel; key < end; key += width) {
            scores(workspace, blocks, kvIndex, key, width, q, s);
            for (int i = 0; i < blocks; i++) {
                OnlineSoftmax rows = workspace.rows(i);
                int keys = keys(rows, key, width);
                if (keys > 0) {
                    rows.weigh(call, s, i * BLOCK, key, keys, o, i * contextSize, panels.paddedSize(), workspace);
                }
            }
            addValues(workspace, blocks, kvIndex, key, width, s, o);
        }
        for (int i = 0; i < blocks; i++) {
            OnlineSoftmax rows = workspace.rows(i);
            for (int r = 0; r < rows.count; r++) {
                rows.finish(call, r, o, i * contextSize + r * panels.paddedSize(), workspace);
            }
        }
    }

    /** How many of the keys {@code key} ... a block of rows needs, in whole panels. */
    private int keys(OnlineSoftmax rows, int key, int width) {
        if (rows.first() >= key + width || rows.end() <= key) {
            return 0;
        }
        int panel = panels.panel();
        return Math.min(width, (rows.end() - key + panel - 1) / panel * panel);
    }

    /** The scaled queries of a block, [d / DEPTH][ROWS][STRIDE]. */
    private void loadQueries(OnlineSoftmax rows, float[] q, int to, VectorKernels loops) {
        for (int component = 0; component < call.headSize; component += VectorKernels.DEPTH) {
            int count = Math.min(VectorKernels.DEPTH, call.headSize - component);
            int part = to + component / VectorKernels.DEPTH * BLOCK;
            for (int r = 0; r < rows.count; r++) {
                int at = part + r * VectorKernels.STRIDE;
                call.loadQuery(rows.batch, rows.head[r], rows.query[r], component, count, q, at, loops);
            }
            loops.scale(q, part, rows.count, count, call.scale);
        }
    }

    /** Panel after panel, all blocks of rows by turns. */
    private void scores(Workspace workspace, int blocks, int kvIndex, int key, int width, float[] q, float[] s) {
        VectorKernels loops = workspace.loops();
        int panel = panels.panel();
        for (int i = 0; i < blocks; i++) {
            OnlineSoftmax rows = workspace.rows(i);
            loops.clear(s, i * BLOCK, rows.count, keys(rows, key, width));
        }
        for (int n = 0; n < width; n += panel) {
            for (int c = 0; c < call.headSize; c += VectorKernels.DEPTH) {
                int depth = Math.min(VectorKernels.DEPTH, call.headSize - c);
                int at = panels.keysAt(kvIndex, key + n, c);
                for (int i = 0; i < blocks; i++) {
                    OnlineSoftmax rows = workspace.rows(i);
                    if (n < keys(rows, key, width)) {
                        int qAt = i * querySize + c / VectorKernels.DEPTH * BLOCK;
                        int sAt = i * BLOCK + n;
                        loops.multiply(
                                q,
                                qAt,
                                rows.count,
                                depth,
                                panels.keys(),
                                at,
                                panel,
                                panel,
                                s,
                                sAt,
                                VectorKernels.STRIDE);
                    }
                }
            }
        }
    }

    /** A few values at a time, all blocks of rows by turns. */
    private void addValues(Workspace workspace, int blocks, int kvIndex, int key, int width, float[] s, float[] o) {
        int b = kvIndex / call.shape.kvHeads();
        int size = panels.paddedSize();
        int count = Math.min(width, call.keyCount(b) - key);
        int part = Math.max(1, NEAR / size);
        for (int n = 0; n < count; n += part) {
            int at = panels.valuesAt(b, kvIndex % call.shape.kvHeads(), key + n);
            for (int i = 0; i < blocks; i++) {
                OnlineSoftmax rows = workspace.rows(i);
                int depth = Math.min(part, Math.min(count, keys(rows, key, width)) - n);
                if (depth > 0) {
                    int sAt = i * BLOCK + n;
                    MaskedValues.add(
                            call,
                            rows,
                            s,
                            sAt,
                            key + n,
                            depth,
                            panels.values(),
                            at,
                            panels.valueRow(),
                            size,
                            o,
                            i * contextSize,
                            workspace);
                }
            }
        }
    }
}
