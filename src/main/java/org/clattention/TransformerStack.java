package org.clattention;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.clattention.StackInputs.Rows;
import org.clattention.config.BlockAttention;
import org.clattention.config.BlockConfig;
import org.clattention.config.BlockWeights;
import org.clattention.config.CacheOptions;
import org.clattention.config.Checks;
import org.clattention.config.DataType;
import org.clattention.config.StackConfig;
import org.clattention.config.StackWeights;
import org.clattention.error.CacheFullException;
import org.clattention.error.DeviceException;
import org.clattention.error.DeviceMemoryException;
import org.clattention.internal.backend.Closing;
import org.clattention.internal.backend.CommandStream;
import org.clattention.internal.layer.AttentionLayer;
import org.clattention.internal.layer.BatchLayout;
import org.clattention.internal.layer.StackLayer;
import org.clattention.internal.layer.cache.CacheStore;
import org.jspecify.annotations.Nullable;

/**
 * A stack of transformer blocks, from embeddings to logits or hidden states. Immutable and thread-safe. Activations stay on the
 * device from the first step to the last.
 */
public final class TransformerStack implements AutoCloseable {
    private final AttentionEngine engine;
    private final StackConfig config;
    private final StackLayer layer;
    private final Lifetime lifetime;

    TransformerStack(AttentionEngine engine, StackConfig config, StackWeights weights) {
        this.engine = engine;
        this.config = config;
        this.layer = new StackLayer(engine.backend(), config, checkedBlocks(config, weights));
        this.lifetime = Lifetime.of(engine, () -> "stack of " + config.blocks().size() + " blocks", layer::close);
    }

    private static StackWeights checkedBlocks(StackConfig config, StackWeights weights) {
        return new StackWeights(
                i -> {
                    BlockWeights block = weights.blocks().apply(i);
                    Checks.given("weights.blocks(" + i + ")", block);
                    block.requireFit(config.blocks().get(i));
                    return block;
                },
                weights.inputNorm(),
                weights.outputNorm(),
                weights.logits());
    }

    /** The shape of this stack. */
    public StackConfig config() {
        return config;
    }

    /**
     * An empty cache: one of these options for each block.
     *
     * @throws DeviceMemoryException if the device cannot hold it; nothing stays allocated
     * @throws IllegalArgumentException if it is to be Q8_0 and the head sizes are not multiples of 32
     */
    public StackCache newCache(CacheOptions options) {
        Checks.given("options", options);
        config.blocks().forEach(block -> options.requireFit(block.attention()));
        try (Use use = new Use(engine)) {
            use.hold(lifetime);
            List<KvCache> caches = new ArrayList<>();
            try {
                for (BlockConfig block : config.blocks()) {
                    int window = block.attention().options().leftWindow();
                    CacheStore store = CacheStore.of(engine.backend(), options, block.attention());
                    caches.add(new KvCache(engine, this, window, store));
                }
                return new StackCache(engine, this, caches);
            } catch (RuntimeException | Error e) {
                throw Closing.after(e, () -> Closing.all(caches));
            }
        }
    }

    /**
     * Runs the stack and waits for its result.
     *
     * @return the logits or hidden states, and what else was asked for; to be closed by the caller
     * @throws CacheFullException before anything runs, if the cache has no room; it is as it was
     * @throws IllegalArgumentException before anything runs, if an input does not fit
     * @throws IllegalStateException if the stack, its engine or an input is closed
     * @throws DeviceException if the device fails; nothing stays allocated, and a cache is as it was
     */
    public StackResult forward(StackInputs inputs) {
        Checks.given("inputs", inputs);
        try (Use use = new Use(engine)) {
            use.hold(lifetime);
            use.tensor("x", inputs.x());
            use.optionalTensor("attend", inputs.masks().attend());
            use.optionalTensor("bias", inputs.masks().bias());
            use.optionalTensor("output", inputs.output());
            StackCache cache = inputs.cache();
            if (cache == null) {
                return checkedForward(inputs);
            }
            cache.requireMadeBy(engine, this);
            use.hold(cache.lifetime());
            // Held from reading the lengths to counting the new tokens.
            cache.lock().lock();
            try {
                return checkedForward(inputs);
            } finally {
                cache.lock().unlock();
            }
        }
    }

    private StackResult checkedForward(StackInputs inputs) {
        int width = config.modelWidth();
        TensorChecks.type("x", inputs.x(), DataType.F32);
        // All blocks see the same tokens.
        LayerArguments arguments = LayerArguments.of(inputs.ofBlock(0), width, width);
        List<MaskArguments> masks = new ArrayList<>();
        for (int i = 0; i < config.blocks().size(); i++) {
            BlockAttention block = config.blocks().get(i).attention();
            CallSizes.require(arguments, block);
            masks.add(
                    LayerCalls.masks(inputs.ofBlock(i), arguments, block.options(), block.numHeads(), block.rotary()));
        }
        requireOutput(inputs, arguments.tokens());
        StackCache cache = inputs.cache();
        if (cache == null) {
            return steps(inputs, arguments, masks);
        }
        return cache.appending(arguments.tokens().counts(), () -> steps(inputs, arguments, masks));
    }

    private StackResult steps(StackInputs inputs, LayerArguments arguments, List<MaskArguments> masks) {
        BatchLayout tokens = arguments.tokens();
        boolean last = inputs.rows() == Rows.LAST;
        layer.prepare(tokens);
        try (PendingStack result = new PendingStack(engine, config, inputs, arguments, outputShape(inputs, tokens));
                CommandStream stream = engine.backend().stream()) {
            List<AttentionLayer.Call> calls = new ArrayList<>();
            for (int i = 0; i < masks.size(); i++) {
                calls.add(LayerCalls.call(
                        inputs.ofBlock(i),
                        arguments,
                        masks.get(i),
                        result.wanted(i),
                        result.output().array()));
            }
            layer.forward(
                    stream,
                    calls,
                    last ? lastRows(tokens, inputs) : null,
                    result.output().array());
            stream.finish();
            return result.complete();
        }
    }

    private void requireOutput(StackInputs inputs, BatchLayout tokens) {
        Tensor output = inputs.output();
        if (output == null) {
            return;
        }
        long[] shape = outputShape(inputs, tokens);
        if (output.type() != DataType.F32 || !Arrays.equals(output.shape(), shape)) {
            throw new IllegalArgumentException("output: " + output.type() + " " + Arrays.toString(output.shape())
                    + " must be F32 " + Arrays.toString(shape));
        }
        requireApart(output, "x", inputs.x());
        requireApart(output, "bias", inputs.masks().bias());
    }

    private static void requireApart(Tensor output, String name, @Nullable Tensor input) {
        if (output == input) {
            throw new IllegalArgumentException("output: is also " + name + "; give the call another tensor");
        }
    }

    private long[] outputShape(StackInputs inputs, BatchLayout tokens) {
        if (inputs.rows() == Rows.LAST) {
            return new long[] {tokens.batch(), config.outputWidth()};
        }
        long[] shape = inputs.x().shape();
        shape[shape.length - 1] = config.outputWidth();
        return shape;
    }

    /** The row of x of the last real token of each sequence. */
    private static int[] lastRows(BatchLayout tokens, StackInputs inputs) {
        int[] lengths = inputs.masks().lengths();
        int[] counts = lengths != null ? lengths : tokens.counts();
        int[] rows = new int[tokens.batch()];
        for (int b = 0; b < rows.length; b++) {
            int first = tokens.ragged() ? tokens.firstRows()[b] : b * tokens.longest();
            rows[b] = Math.max(0, first + counts[b] - 1);
        }
        return rows;
    }

    /** Frees the weights once no call uses them; further calls do nothing. */
    @Override
    public void close() {
        lifetime.close();
    }
}
