package org.clattention;

import org.clattention.config.AttentionConfig;
import org.clattention.config.AttentionOptions;
import org.clattention.config.AttentionWeights;
import org.clattention.config.CacheOptions;
import org.clattention.config.Checks;
import org.clattention.error.CacheFullException;
import org.clattention.error.DeviceException;
import org.clattention.error.DeviceMemoryException;
import org.clattention.internal.layer.AttentionLayer;
import org.clattention.internal.layer.cache.CacheStore;

/**
 * Multi-head attention: Q = x·W_qᵀ, K and V likewise from x or a memory; softmax(scale·QKᵀ + masks)·V per head; the heads
 * side by side times W_Oᵀ (Vaswani et al. 2017). Immutable and thread-safe.
 *
 * <p>In self-attention token i of a sequence stands at position P + i after P cached tokens. Without a cache, lengths only
 * mark padding keys, unless {@link AttentionOptions#alignment()} says otherwise.
 */
public final class MultiHeadAttention implements AutoCloseable {
    private final AttentionEngine engine;
    private final AttentionConfig config;
    private final AttentionLayer layer;
    private final Lifetime lifetime;

    MultiHeadAttention(AttentionEngine engine, AttentionConfig config, AttentionWeights weights) {
        this.engine = engine;
        this.config = config;
        this.layer = new AttentionLayer(engine.backend(), config, weights);
        this.lifetime = Lifetime.of(engine, () -> "layer " + config, layer::close);
    }

    /** The shape of this layer. */
    public AttentionConfig config() {
        return config;
    }

    /**
     * An empty cache for this layer.
     *
     * @throws DeviceMemoryException if the device cannot hold it
     * @throws IllegalArgumentException if it is to be Q8_0 and the head sizes are not multiples of 32
     */
    public KvCache newCache(CacheOptions options) {
        Checks.given("options", options);
        options.requireFit(config);
        try (Use use = new Use(engine)) {
            use.hold(lifetime);
            CacheStore store = CacheStore.of(engine.backend(), options, config);
            return new KvCache(engine, this, config.options().leftWindow(), store);
        }
    }

    /**
     * Runs the layer and waits for its result.
     *
     * @return the output, in the shape of x with the width Do, and what else was asked for; to be closed by the caller
     * @throws CacheFullException before anything runs, if the cache has no room; it is as it was
     * @throws IllegalArgumentException before anything runs, if an input does not fit
     * @throws IllegalStateException if the layer, its engine or an input is closed
     * @throws DeviceException if the device fails; nothing stays allocated, and a cache is as it was
     */
    public AttentionResult forward(AttentionInputs inputs) {
        Checks.given("inputs", inputs);
        return LayerCalls.run(engine, lifetime, this, inputs, this::checkedForward);
    }

    private AttentionResult checkedForward(AttentionInputs inputs) {
        int heads = config.numHeads();
        LayerArguments arguments = LayerArguments.of(inputs, config.modelWidth(), config.memoryWidth());
        CallSizes.require(arguments, config);
        MaskArguments masks = LayerCalls.masks(inputs, arguments, config.options(), heads, config.rotary());
        return LayerCalls.forward(engine, inputs, arguments, masks, heads, config.outputWidth(), layer);
    }

    /** Frees the weights once no call uses them; further calls do nothing. */
    @Override
    public void close() {
        lifetime.close();
    }
}
