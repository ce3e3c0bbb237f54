package org.clattention.internal.layer;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.clattention.config.Activation;
import org.clattention.config.BlockConfig;
import org.clattention.config.DataType;
import org.clattention.config.HostTensor;
import org.clattention.config.StackConfig;
import org.clattention.config.StackWeights;
import org.clattention.config.StackWeights.LogitsWeights;
import org.clattention.config.StackWeights.NormWeights;
import org.clattention.internal.backend.Backend;
import org.clattention.internal.backend.CommandStream;
import org.clattention.internal.backend.CommandStream.Scratch;
import org.clattention.internal.backend.DeviceArray;
import org.clattention.internal.backend.Epilogue;
import org.clattention.internal.backend.PackedWeights;
import org.jspecify.annotations.Nullable;

/** The steps of a stack of blocks: norm, blocks, norm, logits of the wanted rows. Activations stay on the device. */
public final class StackLayer implements AutoCloseable {
    private final StackConfig config;
    private final ParameterArrays parameters;
    private final @Nullable NormLayer inputNorm;
    private final List<BlockLayer> blocks = new ArrayList<>();
    private final @Nullable NormLayer outputNorm;
    private final @Nullable PackedWeights transform;
    private final @Nullable NormLayer transformNorm;
    private final @Nullable PackedWeights logits;

    /** Copies the weights to the device, block by block. */
    public StackLayer(Backend backend, StackConfig config, StackWeights weights) {
        this.config = config;
        this.parameters = new ParameterArrays(backend);
        try {
            inputNorm = norm("input norm", weights.inputNorm());
            for (int i = 0; i < config.blocks().size(); i++) {
                blocks.add(parameters.own(new BlockLayer(
                        backend, config.blocks().get(i), weights.blocks().apply(i))));
            }
            outputNorm = norm("output norm", weights.outputNorm());
            LogitsWeights last = weights.logits();
            transform = last == null ? null : packed("logits transform", last.transform(), last.transformBias());
            transformNorm = last == null ? null : norm("logits norm", last.transformNorm());
            logits = last == null ? null : packed("logits", last.matrix(), last.bias());
        } catch (RuntimeException | Error e) {
            parameters.close();
            throw e;
        }
    }

    private @Nullable NormLayer norm(String name, @Nullable NormWeights weights) {
        BlockConfig first = config.blocks().get(0);
        return weights == null
                ? null
                : new NormLayer(parameters, name, first.norm(), first.normEpsilon(), weights.weight(), weights.bias());
    }

    private @Nullable PackedWeights packed(String name, @Nullable HostTensor matrix, @Nullable HostTensor bias) {
        return matrix == null ? null : parameters.pack(name, List.of(matrix), Collections.singletonList(bias));
    }

    /** Makes what a call needs and the blocks do not have yet; before the call takes its stream. */
    public void prepare(BatchLayout tokens) {
        blocks.forEach(block -> block.prepare(tokens, null));
    }

    /**
     * Queues the stack's steps.
     *
     * @param calls one for each block; all have the stack's x [rows, D], F32, which is only read, and any y
     * @param wanted the rows whose result is wanted; null: all of them
     * @param y [wanted rows, V or D] F32, written
     */
    public void forward(CommandStream stream, List<AttentionLayer.Call> calls, int @Nullable [] wanted, DeviceArray y) {
        DeviceArray x = calls.get(0).x();
        long rows = calls.get(0).tokens().rows();
        DeviceArray residual = stream.scratch(Scratch.STREAM, DataType.F32, rows * config.modelWidth());
        if (inputNorm != null) {
            inputNorm.forward(stream, x, rows, residual);
            x = residual;
        }
        for (int i = 0; i < blocks.size(); i++) {
            blocks.get(i).forward(stream, calls.get(i).between(x, residual));
            x = residual;
        }
        if (wanted == null) {
            finish(stream, residual, rows, y);
        } else {
            finish(stream, gather(stream, residual, wanted), wanted.length, y);
        }
    }

    private DeviceArray gather(CommandStream stream, DeviceArray residual, int[] wanted) {
        int width = config.modelWidth();
        DeviceArray rows = stream.scratch(Scratch.WANTED_ROWS, DataType.F32, (long) wanted.length * width);
        for (int i = 0; i < wanted.length; i++) {
            stream.copy(residual, (long) wanted[i] * width, rows, (long) i * width, width);
        }
        return rows;
    }

    private void finish(CommandStream stream, DeviceArray x, long rows, DeviceArray y) {
        int width = config.modelWidth();
        boolean hiddenOnly = logits == null;
        if (outputNorm != null) {
            outputNorm.forward(stream, x, rows, hiddenOnly ? y : x);
        } else if (hiddenOnly) {
            stream.copy(x, 0, y, 0, rows * width);
        }
        if (logits == null) {
            return;
        }
        Activation activation = config.logitsTransform();
        if (transform != null && transformNorm != null && activation != null) {
            DeviceArray hidden = stream.scratch(Scratch.NORMED, DataType.F32, rows * width);
            stream.project(x, rows, transform, Epilogue.activate(activation), hidden);
            transformNorm.forward(stream, hidden, rows, x);
        }
        stream.project(x, rows, logits, y);
    }

    @Override
    public void close() {
        parameters.close();
    }
}
