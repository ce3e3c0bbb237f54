package org.clattention;

import org.clattention.config.CacheOptions;
import org.clattention.config.Checks;
import org.clattention.config.LatentConfig;
import org.clattention.config.LatentWeights;
import org.clattention.error.CacheFullException;
import org.clattention.error.DeviceException;
import org.clattention.internal.layer.LatentLayer;
import org.clattention.internal.layer.cache.CacheStore;

/**
 * Multi-head latent attention (DeepSeek-V2, equations 37 to 47): self-attention whose keys and values are expanded from a
 * small latent per token. Immutable and thread-safe.
 */
public final class LatentAttention implements AutoCloseable {
    private final AttentionEngine engine;
    private final LatentConfig config;
    private final LatentLayer layer;
    private final Lifetime lifetime;

    LatentAttention(AttentionEngine engine, LatentConfig config, LatentWeights weights) {
        this.engine = engine;
        this.config = config;
        this.layer = new LatentLayer(engine.backend(), config, weights);
        this.lifetime = Lifetime.of(engine, () -> "layer " + config, layer::close);
    }

    /** The shape of this layer. */
    public LatentConfig config() {
        return config;
    }

    /**
     * An empty cache for this layer: r + dr numbers per token.
     *
     * @throws IllegalArgumentException if it is to be Q8_0 and r and dr are not multiples of 32
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
     * Runs the layer and waits for its result. It takes no memory.
     *
     * @return the output, in the shape of x, and what else was asked for; to be closed by the caller
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
        if (inputs.memory() != null) {
            throw new IllegalArgumentException("memory: latent attention attends to its own input alone");
        }
        int width = config.modelWidth();
        int heads = config.numHeads();
        LayerArguments arguments = LayerArguments.of(inputs, width, width);
        CallSizes.require(arguments, config);
        MaskArguments masks = LayerCalls.masks(inputs, arguments, config.options(), heads, config.rotary());
        return LayerCalls.forward(engine, inputs, arguments, masks, heads, width, layer);
    }

    /** Frees the weights once no call uses them; further calls do nothing. */
    @Override
    public void close() {
        lifetime.close();
    }
}
