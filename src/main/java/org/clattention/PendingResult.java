package org.clattention;

import org.clattention.backend.AttentionStep;
import org.jspecify.annotations.Nullable;

/** The tensors of a result, allocated before the call; all freed if the call fails. */
final class PendingResult implements AutoCloseable {
    private final Tensor output;
    private @Nullable Tensor weights;
    private @Nullable Tensor scores;
    private @Nullable Tensor logSumExp;
    private boolean complete;

    PendingResult(
            AttentionEngine engine,
            ReturnOptions wanted,
            long[] outputShape,
            int batch,
            int heads,
            int rows,
            int keys) {
        output = engine.allocate(DataType.F32, "output", outputShape);
        try {
            weights = wanted.weights() ? engine.allocate(DataType.F32, "weights", batch, heads, rows, keys) : null;
            scores = wanted.scores() != null ? engine.allocate(DataType.F32, "scores", batch, heads, rows, keys) : null;
            logSumExp = wanted.logSumExp() ? engine.allocate(DataType.F32, "logSumExp", batch, heads, rows) : null;
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    Tensor output() {
        return output;
    }

    AttentionStep.Wanted wanted(ReturnOptions options) {
        return new AttentionStep.Wanted(
                weights == null ? null : weights.array(),
                scores == null ? null : scores.array(),
                options.scores() == null ? 0 : options.scores().code(),
                logSumExp == null ? null : logSumExp.array());
    }

    AttentionResult complete() {
        complete = true;
        return result();
    }

    private AttentionResult result() {
        return new AttentionResult(output, weights, scores, logSumExp);
    }

    @Override
    public void close() {
        if (!complete) {
            result().close();
        }
    }
}
