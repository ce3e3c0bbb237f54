package org.clattention.internal.layer.cache;

import java.util.Arrays;
import org.clattention.internal.backend.CommandStream;
import org.clattention.internal.backend.DeviceArray;
import org.clattention.internal.backend.HeadView;
import org.clattention.internal.backend.RowLayout;
import org.clattention.internal.backend.StoreOp;
import org.clattention.internal.layer.BatchLayout;
import org.jspecify.annotations.Nullable;

/** Moves rows between a cache and plain arrays [batch, heads, rows, size]. */
public final class CacheTransfer {
    private CacheTransfer() {}

    /** Appends rows behind those of each sequence. Room has been reserved. */
    public static void append(
            CommandStream stream, CacheStore store, DeviceArray keys, @Nullable DeviceArray values, int rows) {
        RowLayout layout = store.layout(stream);
        int batch = store.options().batch();
        int[] counts = new int[batch];
        Arrays.fill(counts, rows);
        BatchLayout tokens = BatchLayout.dense(batch, rows, counts, store.lengths());
        DeviceArray starts = tokens.starts(stream);
        HeadView keySource = HeadView.headMajor(keys, store.heads(), rows, store.keySize());
        int first = store.length(0);
        int heads = store.heads();
        stream.store(step(batch, heads, rows, store.keySize(), keySource, store.keyView(), first, layout, starts));
        if (values != null) {
            HeadView source = HeadView.headMajor(values, heads, rows, store.valueSize());
            stream.store(step(batch, heads, rows, store.valueSize(), source, store.valueView(), first, layout, starts));
        }
    }

    private static StoreOp step(
            int batch,
            int heads,
            int rows,
            int size,
            HeadView source,
            HeadView target,
            int first,
            RowLayout layout,
            @Nullable DeviceArray starts) {
        return new StoreOp(
                batch, heads, rows, size, source, 0, RowLayout.PLAIN, target, first, layout, starts, null, 0, null);
    }

    /** Copies the first rows of all sequences. */
    public static void export(CommandStream stream, CacheStore store, boolean keys, DeviceArray target, int rows) {
        int size = keys ? store.keySize() : store.valueSize();
        stream.store(new StoreOp(
                store.options().batch(),
                store.heads(),
                rows,
                size,
                keys ? store.keyView() : store.valueView(),
                0,
                store.layout(stream),
                HeadView.headMajor(target, store.heads(), rows, size),
                0,
                RowLayout.PLAIN,
                null,
                null,
                0,
                null));
    }
}
