package org.clattention;

import java.util.Arrays;
import org.clattention.config.AttentionOptions;
import org.clattention.config.CausalAlignment;
import org.clattention.config.Checks;
import org.clattention.config.DataType;
import org.clattention.error.DeviceException;
import org.clattention.internal.backend.AttentionOp;
import org.clattention.internal.backend.CommandStream;
import org.clattention.internal.backend.DeviceArray;
import org.clattention.internal.backend.HeadView;
import org.clattention.internal.backend.RowLayout;
import org.clattention.internal.backend.StoreOp;
import org.clattention.internal.layer.AttentionLayer;
import org.clattention.internal.layer.KeyRange;
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
        Checks.given("inputs", inputs);
        try (Use use = new Use(engine)) {
            use.tensor("query", inputs.query());
            use.tensor("key", inputs.key());
            use.tensor("value", inputs.value());
            use.optionalTensor("pastKey", inputs.pastKey());
            use.optionalTensor("pastValue", inputs.pastValue());
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
                inputs.masks(),
                layout.batch(),
                layout.heads(),
                layout.queryLength(),
                layout.keyLength(),
                layout.keyLength());
        if (options.alignment() == CausalAlignment.LENGTHS && masks.lengths() == null) {
            throw new IllegalArgumentException("lengths: missing, but the alignment is LENGTHS");
        }
        try (PendingResult result = new PendingResult(
                        engine,
                        inputs.wanted(),
                        null,
                        inputs.query().type(),
                        layout.outputShape(),
                        layout.batch(),
                        layout.heads(),
                        layout.queryLength(),
                        layout.keyLength());
                CommandStream stream = engine.backend().stream()) {
            DeviceArray sequences = sequences(stream, layout, masks);
            HeadView key = view(layout, inputs.key(), layout.kvHeads(), layout.newKeys(), layout.headSize());
            HeadView value = view(layout, inputs.value(), layout.kvHeads(), layout.newKeys(), layout.valueSize());
            Tensor pastKey = inputs.pastKey();
            Tensor pastValue = inputs.pastValue();
            if (pastKey != null && pastValue != null) {
                key = append(stream, layout, pastKey, key, layout.headSize(), result::presentKey);
                value = append(stream, layout, pastValue, value, layout.valueSize(), result::presentValue);
            }
            stream.attend(new AttentionOp(
                    shape(layout),
                    options,
                    view(layout, inputs.query(), layout.heads(), layout.queryLength(), layout.headSize()),
                    key,
                    value,
                    RowLayout.PLAIN,
                    view(layout, result.output(), layout.heads(), layout.queryLength(), layout.valueSize()),
                    new AttentionOp.Extras(
                            sequences,
                            false,
                            true,
                            masks.attend(),
                            masks.bias(),
                            array(inputs.sinks()),
                            array(inputs.alibiSlopes()),
                            null),
                    result.wanted()));
            stream.finish();
            return result.complete();
        }
    }

    private AttentionOp.Shape shape(HeadLayout layout) {
        return new AttentionOp.Shape(
                layout.batch(),
                layout.heads(),
                layout.kvHeads(),
                layout.queryLength(),
                layout.keyLength(),
                layout.headSize(),
                layout.valueSize(),
                position(layout),
                0);
    }

    private int position(HeadLayout layout) {
        return AttentionLayer.position(options, layout.queryLength(), layout.keyLength(), layout.past());
    }

    private @Nullable DeviceArray sequences(CommandStream stream, HeadLayout layout, MaskArguments masks) {
        int[] lengths = masks.lengths();
        if (lengths == null) {
            return null;
        }
        boolean byLengths = options.alignment() == CausalAlignment.LENGTHS;
        int[] rows = KeyRange.byKeyLengths(lengths, layout.queryLength(), position(layout), byLengths);
        return stream.scratch(CommandStream.Scratch.SEQUENCES, rows);
    }

    private interface Allocation {
        Tensor allocate(DataType type, long... shape);
    }

    /** Past and new rows, one behind the other. */
    private static HeadView append(
            CommandStream stream, HeadLayout layout, Tensor past, HeadView rows, int size, Allocation allocation) {
        int batch = layout.batch();
        int heads = layout.kvHeads();
        Tensor present = allocation.allocate(past.type(), batch, heads, layout.keyLength(), size);
        HeadView all = HeadView.headMajor(present.array(), heads, layout.keyLength(), size);
        if (layout.past() > 0) {
            HeadView old = HeadView.headMajor(past.array(), heads, layout.past(), size);
            stream.store(StoreOp.copy(batch, heads, layout.past(), size, old, all));
        }
        stream.store(StoreOp.copy(batch, heads, layout.newKeys(), size, rows, all.fromRow(layout.past())));
        return all;
    }

    private static @Nullable DeviceArray array(@Nullable Tensor tensor) {
        return tensor == null ? null : tensor.array();
    }

    private static HeadView view(HeadLayout layout, Tensor tensor, int heads, int rows, int size) {
        return layout.merged()
                ? HeadView.merged(tensor.array(), heads, rows, size)
                : HeadView.headMajor(tensor.array(), heads, rows, size);
    }

    private static void perHead(String name, @Nullable Tensor tensor, int heads) {
        if (tensor != null) {
            TensorChecks.type(name, tensor, DataType.F32);
            if (!Arrays.equals(tensor.shape(), new long[] {heads})) {
                throw new IllegalArgumentException(
                        name + ": shape " + Arrays.toString(tensor.shape()) + " must be [Hq] = [" + heads + "]");
            }
        }
    }
}
