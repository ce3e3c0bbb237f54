package org.clattention;

import java.util.Arrays;
import org.clattention.backend.AttentionStep;
import org.clattention.backend.HeadView;
import org.clattention.backend.Lane;
import org.clattention.layer.AttentionLayer;
import org.jspecify.annotations.Nullable;

/**
 * Scaled dot-product attention without projections: softmax(scale·QKᵀ + masks)·V, as ONNX {@code Attention} and PyTorch's
 * {@code scaled_dot_product_attention}. Immutable and thread-safe; holds no device memory.
 */
public final class DotProductAttention {
    private final AttentionEngine engine;
    private final AttentionOptions options;

    DotProductAttention(AttentionEngine engine, AttentionOptions options) {
        this.engine = engine;
        this.options = options;
    }

    /** Scale, masks and softcap of this attention. */
    public AttentionOptions options() {
        return options;
    }

    /**
     * Computes attention and waits for its result.
     *
     * @return the output in the layout of the query, with the values' head size, and what else was asked for; to be closed
     *     by the caller
     * @throws IllegalArgumentException before anything runs, if an input does not fit
     * @throws IllegalStateException if the engine or an input is closed
     * @throws DeviceException if the device fails; nothing stays allocated
     */
    public AttentionResult forward(DotProductInputs inputs) {
        try (Use use = new Use(engine)) {
            use.tensor("query", inputs.query());
            use.tensor("key", inputs.key());
            use.tensor("value", inputs.value());
            use.optionalTensor("sinks", inputs.sinks());
            use.optionalTensor("alibiSlopes", inputs.alibiSlopes());
            use.optionalTensor("attend", inputs.masks().attend());
            use.optionalTensor("bias", inputs.masks().bias());
            return checkedForward(inputs);
        }
    }

    private AttentionResult checkedForward(DotProductInputs inputs) {
        HeadLayout layout = HeadLayout.of(inputs);
        perHead("sinks", inputs.sinks(), layout.heads());
        perHead("alibiSlopes", inputs.alibiSlopes(), layout.heads());
        MaskArguments masks = MaskArguments.of(
                inputs.masks(), options, layout.batch(), layout.heads(), layout.queryLength(), layout.keyLength());
        try (PendingResult result = new PendingResult(
                        engine,
                        inputs.wanted(),
                        layout.outputShape(),
                        layout.batch(),
                        layout.heads(),
                        layout.queryLength(),
                        layout.keyLength());
                Lane lane = engine.backend().lane()) {
            lane.attend(new AttentionStep(
                    layout.batch(),
                    layout.heads(),
                    layout.kvHeads(),
                    layout.queryLength(),
                    layout.keyLength(),
                    layout.headSize(),
                    layout.valueSize(),
                    options,
                    AttentionLayer.position(options, layout.queryLength(), layout.keyLength(), 0),
                    view(layout, inputs.query(), layout.heads(), layout.queryLength(), layout.headSize()),
                    view(layout, inputs.key(), layout.kvHeads(), layout.keyLength(), layout.headSize()),
                    view(layout, inputs.value(), layout.kvHeads(), layout.keyLength(), layout.valueSize()),
                    view(layout, result.output(), layout.heads(), layout.queryLength(), layout.valueSize()),
                    masks.extras(lane, inputs.sinks(), inputs.alibiSlopes()),
                    result.wanted(inputs.wanted())));
            lane.finish();
            return result.complete();
        }
    }

    private static HeadView view(HeadLayout layout, Tensor tensor, int heads, int rows, int size) {
        return layout.merged()
                ? HeadView.merged(tensor.array(), heads, rows, size)
                : HeadView.headMajor(tensor.array(), heads, rows, size);
    }

    private static void perHead(String name, @Nullable Tensor tensor, int heads) {
        if (tensor != null) {
            Checks.type(name, tensor, DataType.F32);
            if (!Arrays.equals(tensor.shape(), new long[] {heads})) {
                throw new IllegalArgumentException(
                        name + ": shape " + Arrays.toString(tensor.shape()) + " must be [Hq] = [" + heads + "]");
            }
        }
    }
}
