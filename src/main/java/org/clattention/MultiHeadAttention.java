package org.clattention;

import java.util.Arrays;
import org.clattention.backend.Lane;
import org.clattention.layer.AttentionLayer;
import org.jspecify.annotations.Nullable;

/**
 * Multi-head attention: Q = x·W_qᵀ, K and V likewise from x or a memory; softmax(scale·QKᵀ + masks)·V per head; the heads
 * side by side times W_Oᵀ (Vaswani et al. 2017). Immutable and thread-safe.
 *
 * <p>In self-attention query i stands at position i: lengths only mark padding. In cross-attention likewise, unless
 * {@link AttentionOptions#alignment()} says otherwise.
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
        this.lifetime = new Lifetime("layer " + config, this::free);
        engine.adopt(this, lifetime::close);
    }

    private void free() {
        engine.disown(this);
        layer.close();
    }

    /** The shape of this layer. */
    public AttentionConfig config() {
        return config;
    }

    /**
     * Runs the layer and waits for its result.
     *
     * @return the output [B, S, Do] and what else was asked for; to be closed by the caller
     * @throws IllegalArgumentException before anything runs, if an input does not fit
     * @throws IllegalStateException if the layer, its engine or an input is closed
     * @throws DeviceException if the device fails; nothing stays allocated
     */
    public AttentionResult forward(AttentionInputs inputs) {
        try (Use use = new Use(engine)) {
            use.hold(lifetime);
            use.tensor("x", inputs.x());
            use.optionalTensor("memory", inputs.memory());
            use.optionalTensor("attend", inputs.masks().attend());
            use.optionalTensor("bias", inputs.masks().bias());
            return checkedForward(inputs);
        }
    }

    private AttentionResult checkedForward(AttentionInputs inputs) {
        Tensor x = inputs.x();
        requireInput("x", x, "[B, S, D]", config.modelWidth());
        int batch = Checks.fitsInt("batch", x.dim(0));
        int length = Checks.fitsInt("query length", x.dim(1));
        int keys = keyLength(inputs.memory(), batch, length);
        MaskArguments masks =
                MaskArguments.of(inputs.masks(), config.options(), batch, config.numHeads(), length, keys);
        long[] shape = {batch, length, config.outputWidth()};
        try (PendingResult result =
                        new PendingResult(engine, inputs.wanted(), shape, batch, config.numHeads(), length, keys);
                Lane lane = engine.backend().lane()) {
            Tensor memory = inputs.memory();
            layer.forward(
                    lane,
                    new AttentionLayer.Call(
                            x.array(),
                            batch,
                            length,
                            memory == null ? null : memory.array(),
                            keys,
                            masks.extras(lane, null, null),
                            result.wanted(inputs.wanted()),
                            result.output().array()));
            lane.finish();
            return result.complete();
        }
    }

    private int keyLength(@Nullable Tensor memory, int batch, int length) {
        if (memory == null) {
            if (config.memoryWidth() != config.modelWidth()) {
                throw new IllegalArgumentException("memory: missing, but this layer attends to a memory of width "
                        + config.memoryWidth() + ", not to its input of width " + config.modelWidth());
            }
            return length;
        }
        requireInput("memory", memory, "[B, T, Dm]", config.memoryWidth());
        if (memory.dim(0) != batch) {
            throw new IllegalArgumentException(
                    "memory: shape " + Arrays.toString(memory.shape()) + " must have the batch of x, " + batch);
        }
        return Checks.fitsInt("key length", memory.dim(1));
    }

    private static void requireInput(String name, Tensor tensor, String meaning, int width) {
        Checks.rank(name, tensor, 3, meaning);
        Checks.type(name, tensor, DataType.F32);
        if (tensor.dim(2) != width || tensor.dim(0) < 1 || tensor.dim(1) < 1) {
            throw new IllegalArgumentException(name + ": shape " + Arrays.toString(tensor.shape()) + " must be "
                    + meaning + " with B and the length at least 1 and width " + width);
        }
    }

    /** Frees the weights once no call uses them; further calls do nothing. */
    @Override
    public void close() {
        lifetime.close();
    }
}
