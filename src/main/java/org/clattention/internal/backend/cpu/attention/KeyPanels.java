package org.clattention.internal.backend.cpu.attention;

import java.util.Arrays;
import org.clattention.config.DataType;
import org.clattention.internal.backend.CommandStream.Scratch;
import org.clattention.internal.backend.RowLayout;
import org.clattention.internal.backend.cpu.CacheLines;
import org.clattention.internal.backend.cpu.JavaStream;
import org.clattention.internal.backend.cpu.Workspace;
import org.clattention.internal.backend.cpu.Workspace.Slot;
import org.clattention.internal.backend.cpu.pool.Work;
import org.clattention.internal.backend.cpu.simd.VectorKernels;

/**
 * The keys of a call in panels [kv head][T/panel][d][panel], and its values as f32 rows: where they are, if they can be
 * read there. A tile is a panel of a head.
 */
final class KeyPanels implements Work {
    private final AttentionCall call;
    private final int panel;
    private final int panels;
    private final int keyLength;
    private final boolean allKeys;
    private final boolean inPlace;
    private final float[] packed;
    private final float[] values;
    private final int paddedSize;

    /**
     * Prepares what a call reads.
     *
     * @param allKeys padding included, if it is there: scores before the masks are asked for
     */
    KeyPanels(JavaStream stream, AttentionCall call, boolean allKeys) {
        this.call = call;
        this.allKeys = allKeys;
        this.keyLength = call.shape.keyLength();
        this.panel = stream.loops().panel(keyLength);
        this.panels = (keyLength + panel - 1) / panel;
        this.paddedSize = (call.valueSize + VectorKernels.STEP - 1) / VectorKernels.STEP * VectorKernels.STEP;
        this.inPlace = call.step.keyRows().kind() == RowLayout.Kind.PLAIN
                && call.values.type() == DataType.F32
                && paddedSize == call.valueSize;
        this.packed = stream.floats(
                Scratch.PACKED_KEYS, CacheLines.room((long) call.kvHeads() * panels * panel * call.headSize));
        this.values = inPlace
                ? call.values.floats()
                : stream.floats(Scratch.PACKED_VALUES, CacheLines.room((long) call.kvHeads() * keyLength * paddedSize));
        stream.run(this, Math.multiplyExact(call.kvHeads(), panels));
    }

    /** Keys of a panel. */
    int panel() {
        return panel;
    }

    float[] keys() {
        return packed;
    }

    /** Where the panel with this key begins, at a component. */
    int keysAt(int kvIndex, int key, int component) {
        return Math.toIntExact(
                CacheLines.FIRST + (((long) kvIndex * panels + key / panel) * call.headSize + component) * panel);
    }

    float[] values() {
        return values;
    }

    /** Where a value row begins. */
    int valuesAt(int b, int kvHead, int key) {
        return inPlace
                ? call.rowAt(call.step.value(), b, kvHead, key)
                : Math.toIntExact(CacheLines.FIRST
                        + ((long) (b * call.shape.kvHeads() + kvHead) * keyLength + key) * paddedSize);
    }

    /** Elements from one value row to the next. */
    int valueRow() {
        return inPlace ? call.step.value().rowStride() : paddedSize;
    }

    /** Elements that products with values write. */
    int paddedSize() {
        return paddedSize;
    }

    @Override
    public void run(int tile, Workspace workspace) {
        int kvIndex = tile / panels;
        int b = kvIndex / call.shape.kvHeads();
        int kvHead = kvIndex % call.shape.kvHeads();
        int first = tile % panels * panel;
        int there = allKeys ? call.keysThere(b) : call.keyCount(b);
        int count = Math.min(panel, there - first);
        if (first + panel <= call.shape.firstKey()) {
            return;
        }
        packKeys(kvIndex, b, kvHead, first, Math.max(0, count), workspace);
        int valueCount = Math.min(panel, call.keyCount(b) - first);
        if (!inPlace && valueCount > 0) {
            int at = valuesAt(b, kvHead, first);
            call.loadRows(
                    call.step.value(),
                    b,
                    kvHead,
                    first,
                    valueCount,
                    call.valueSize,
                    values,
                    at,
                    paddedSize,
                    workspace.loops());
            for (int j = 0; j < valueCount && paddedSize > call.valueSize; j++) {
                Arrays.fill(values, at + j * paddedSize + call.valueSize, at + (j + 1) * paddedSize, 0);
            }
        }
    }

    private void packKeys(int kvIndex, int b, int kvHead, int first, int count, Workspace workspace) {
        int size = call.headSize;
        float[] rows = workspace.floats(Slot.KEYS, panel * size);
        call.loadRows(call.step.key(), b, kvHead, first, count, size, rows, 0, size, workspace.loops());
        Arrays.fill(rows, count * size, panel * size, 0);
        int to = keysAt(kvIndex, first, 0);
        for (int c = 0; c < size; c++) {
            for (int j = 0; j < panel; j++) {
                packed[to + c * panel + j] = rows[j * size + c];
            }
        }
    }
}
