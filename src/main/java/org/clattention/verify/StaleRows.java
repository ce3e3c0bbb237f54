package org.clattention.verify;

import java.util.Arrays;
import org.clattention.AttentionEngine;
import org.clattention.KvCache;
import org.clattention.Tensor;
import org.clattention.config.AttentionConfig;
import org.clattention.config.CacheOptions;
import org.clattention.config.LatentConfig;

/**
 * Makes a new cache a used one: full of NaN that no call may see, and, if it is paged, with its blocks in another order than that
 * of the tokens.
 */
final class StaleRows {
    private StaleRows() {}

    /** Of a layer of this shape. */
    static KvCache fill(AttentionEngine engine, KvCache cache, AttentionConfig config) {
        return fill(engine, cache, config.numKvHeads(), config.headSize(), config.valueHeadSize());
    }

    /** Of latent attention of this shape. */
    static KvCache fill(AttentionEngine engine, KvCache cache, LatentConfig config) {
        return fill(engine, cache, 1, config.cachedSize(), 0);
    }

    private static KvCache fill(AttentionEngine engine, KvCache cache, int heads, int size, int valueSize) {
        CacheOptions options = cache.options();
        boolean paged = options.kind() == CacheOptions.Kind.PAGED;
        int batch = options.batch();
        int rows = paged ? options.blocks() / batch * options.blockSize() : options.capacity();
        // A ring takes few tokens at a time.
        int calls = options.kind() == CacheOptions.Kind.RING ? rows : 1;
        try (Tensor keys = nothing(engine, batch, heads, rows / calls, size);
                Tensor values = valueSize == 0 ? null : nothing(engine, batch, heads, rows / calls, valueSize)) {
            for (int call = 0; call < calls; call++) {
                cache.append(keys, values);
            }
        }
        // Block by block, and sequence by sequence in turn: what is freed last is taken first.
        int step = paged ? options.blockSize() : Math.max(1, rows);
        for (int left = rows; left > 0; ) {
            left = Math.max(0, left - step);
            for (int b = 0; b < batch; b++) {
                cache.truncate(b, left);
            }
        }
        return cache;
    }

    private static Tensor nothing(AttentionEngine engine, int batch, int heads, int rows, int size) {
        float[] values =
                new float[Math.multiplyExact(Math.multiplyExact(batch, heads), Math.multiplyExact(rows, size))];
        Arrays.fill(values, Float.NaN);
        return engine.tensor(values, batch, heads, rows, size);
    }
}
