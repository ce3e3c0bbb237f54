package org.clattention;

import org.clattention.config.BlockAttention;
import org.clattention.config.BlockConfig;
import org.clattention.config.BlockWeights;
import org.clattention.config.CacheOptions;
import org.clattention.config.Checks;
import org.clattention.error.CacheFullException;
import org.clattention.error.DeviceException;
import org.clattention.internal.layer.BlockLayer;
import org.clattention.internal.layer.cache.CacheStore;

/**
 * A transformer block: attention and a feed-forward network with norms and residual sums. Immutable and thread-safe.
 * Activations stay on the device from the first step to the last.
 */
public final class TransformerBlock implements AutoCloseable {
    private final AttentionEngine engine;
    private final BlockConfig config;
    private final BlockLayer layer;
    private final Lifetime lifetime;

    TransformerBlock(AttentionEngine engine, BlockConfig config, BlockWeights weights) {
        this.engine = engine;
        this.config = config;
        this.layer = new BlockLayer(engine.backend(), config, weights);
        this.lifetime = Lifetime.of(engine, () -> "block " + config, layer::close);
    }

    /** The shape of this block. */
    public BlockConfig config() {
        return config;
    }

    /**
     * An empty cache for this block's attention.
     *
     * @throws IllegalArgumentException if it is to be Q8_0 and the head sizes are not multiples of 32
     */
    public KvCache newCache(CacheOptions options) {
        Checks.given("options", options);
        BlockAttention attention = config.attention();
        options.requireFit(attention);
        try (Use use = new Use(engine)) {
            use.hold(lifetime);
            CacheStore store = CacheStore.of(engine.backend(), options, attention);
            return new KvCache(engine, this, attention.options().leftWindow(), store);
        }
    }

    /**
     * Runs the block and waits for its result. It takes no memory.
     *
     * @return the output, in the shape of x, and what else was asked for of the attention; to be closed by the caller
     * @throws CacheFullException before anything runs, if the cache has no room; it is as it was
     * @throws IllegalArgumentException before anything runs, if an input does not fit
     * @throws IllegalStateException if the block, its engine or an input is closed
     * @throws DeviceException if the device fails; nothing stays allocated, and a cache is as it was
     */
    public AttentionResult forward(AttentionInputs inputs) {
        Checks.given("inputs", inputs);
        return LayerCalls.run(engine, lifetime, this, inputs, this::checkedForward);
    }

    private AttentionResult checkedForward(AttentionInputs inputs) {
        if (inputs.memory() != null) {
            throw new IllegalArgumentException("memory: a block attends to its own input alone");
        }
        BlockAttention attention = config.attention();
        int width = attention.modelWidth();
        int heads = attention.numHeads();
        LayerArguments arguments = LayerArguments.of(inputs, width, width);
        CallSizes.require(arguments, attention);
        MaskArguments masks = LayerCalls.masks(inputs, arguments, attention.options(), heads, attention.rotary());
        return LayerCalls.forward(engine, inputs, arguments, masks, heads, width, layer);
    }

    /** Frees the weights once no call uses them; further calls do nothing. */
    @Override
    public void close() {
        lifetime.close();
    }
}
