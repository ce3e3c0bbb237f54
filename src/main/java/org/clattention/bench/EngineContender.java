package org.clattention.bench;

import java.util.ArrayDeque;
import java.util.Deque;
import org.clattention.AttentionEngine;
import org.clattention.AttentionInputs;
import org.clattention.AttentionResult;
import org.clattention.KvCache;
import org.clattention.MultiHeadAttention;
import org.clattention.Tensor;
import org.clattention.config.CacheOptions;
import org.jspecify.annotations.Nullable;

/** Our engine: the layer, called as a user would. A cache is truncated before each call. */
public final class EngineContender implements Contender {
    private final Deque<AutoCloseable> owned = new ArrayDeque<>();
    private final MultiHeadAttention layer;
    private final AttentionInputs inputs;
    private final @Nullable KvCache cache;
    private final int past;

    /**
     * Uploads everything.
     *
     * @param engine must stay open as long as this contender
     */
    public EngineContender(AttentionEngine engine, BenchShape shape, LayerData data) {
        try {
            this.layer = own(engine.multiHeadAttention(shape.config(), data.weights()));
            this.past = shape.past();
            this.cache = past == 0 ? null : cache(engine, shape, data);
            this.inputs = AttentionInputs.of(own(engine.tensor(data.x()))).withCache(cache);
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    private KvCache cache(AttentionEngine engine, BenchShape shape, LayerData data) {
        if (data.pastKeys() == null || data.pastValues() == null) {
            throw new IllegalArgumentException("data: has no past, but the shape has");
        }
        KvCache made = own(layer.newCache(
                CacheOptions.contiguous(shape.batch(), shape.keys()).withType(shape.cacheType())));
        try (Tensor keys = engine.tensor(data.pastKeys());
                Tensor values = engine.tensor(data.pastValues())) {
            made.append(keys, values);
        }
        return made;
    }

    private <T extends AutoCloseable> T own(T thing) {
        owned.push(thing);
        return thing;
    }

    private AttentionResult forward() {
        if (cache != null) {
            cache.truncate(past);
        }
        return layer.forward(inputs);
    }

    @Override
    public void run() {
        forward().close();
    }

    @Override
    public float[] output() {
        try (AttentionResult result = forward()) {
            return result.output().toFloats();
        }
    }

    @Override
    public String description() {
        return "MultiHeadAttention.forward";
    }

    @Override
    public void close() {
        ClosingContenders.all(owned);
    }
}
