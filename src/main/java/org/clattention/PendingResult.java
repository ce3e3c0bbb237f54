package org.clattention;

import org.clattention.config.DataType;
import org.clattention.internal.backend.AttentionOp;
import org.clattention.internal.backend.Closing;
import org.clattention.internal.backend.DeviceArray;
import org.jspecify.annotations.Nullable;

/** The tensors of a result, allocated before the call unless given; what was allocated is freed if the call fails. */
final class PendingResult implements AutoCloseable {
    private final AttentionEngine engine;
    private final ReturnOptions wanted;
    private final Tensor output;
    private final boolean outputGiven;
    private @Nullable Tensor weights;
    private @Nullable Tensor scores;
    private @Nullable Tensor logSumExp;
    private @Nullable Tensor entropy;
    private @Nullable Tensor topKeys;
    private @Nullable Tensor topWeights;
    private @Nullable Tensor columnSums;
    private @Nullable Tensor presentKey;
    private @Nullable Tensor presentValue;
    private boolean complete;

    /**
     * Allocates what is wanted.
     *
     * @param given the tensor to write the output to; null to allocate one
     * @param type of the output
     * @param outputShape its shape; of no use if it is given
     */
    PendingResult(
            AttentionEngine engine,
            ReturnOptions wanted,
            @Nullable Tensor given,
            DataType type,
            long[] outputShape,
            int batch,
            int heads,
            int rows,
            int keys) {
        this.engine = engine;
        this.wanted = wanted;
        this.outputGiven = given != null;
        this.output = given != null ? given : engine.allocate(type, "output", outputShape);
        try {
            if (wanted.equals(ReturnOptions.OUTPUT)) {
                return;
            }
            int top = wanted.topKeys();
            weights = floats(wanted.weights(), "weights", batch, heads, rows, keys);
            scores = floats(wanted.scores() != null, "scores", batch, heads, rows, keys);
            logSumExp = floats(wanted.logSumExp(), "logSumExp", batch, heads, rows);
            entropy = floats(wanted.entropy(), "entropy", batch, heads, rows);
            topKeys = top > 0 ? engine.allocate(DataType.I32, "topKeys", batch, heads, rows, top) : null;
            topWeights = floats(top > 0, "topWeights", batch, heads, rows, top);
            columnSums = floats(wanted.columnSums(), "columnSums", batch, heads, keys);
        } catch (RuntimeException | Error e) {
            throw Closing.after(e, this);
        }
    }

    private @Nullable Tensor floats(boolean asked, String name, long... shape) {
        return asked ? engine.allocate(DataType.F32, name, shape) : null;
    }

    Tensor output() {
        return output;
    }

    /** Room for past and new keys. */
    Tensor presentKey(DataType type, long... shape) {
        presentKey = engine.allocate(type, "presentKey", shape);
        return presentKey;
    }

    /** Room for past and new values. */
    Tensor presentValue(DataType type, long... shape) {
        presentValue = engine.allocate(type, "presentValue", shape);
        return presentValue;
    }

    AttentionOp.Wanted wanted() {
        if (wanted.equals(ReturnOptions.OUTPUT)) {
            return AttentionOp.Wanted.NOTHING;
        }
        return new AttentionOp.Wanted(
                array(weights),
                array(scores),
                wanted.scores() == null ? 0 : wanted.scores().code(),
                array(logSumExp),
                array(entropy),
                array(topKeys),
                array(topWeights),
                wanted.topKeys(),
                array(columnSums));
    }

    private static @Nullable DeviceArray array(@Nullable Tensor tensor) {
        return tensor == null ? null : tensor.array();
    }

    AttentionResult complete() {
        AttentionResult result = result();
        complete = true;
        return result;
    }

    private AttentionResult result() {
        return new AttentionResult(
                output,
                weights,
                scores,
                logSumExp,
                entropy,
                topKeys,
                topWeights,
                columnSums,
                presentKey,
                presentValue,
                outputGiven);
    }

    @Override
    public void close() {
        if (!complete) {
            result().close();
        }
    }
}
