package org.clattention.internal.layer;

import java.util.Arrays;
import java.util.List;
import org.clattention.config.Activation;
import org.clattention.config.BlockConfig;
import org.clattention.config.BlockWeights;
import org.clattention.config.DataType;
import org.clattention.internal.backend.CommandStream;
import org.clattention.internal.backend.CommandStream.Scratch;
import org.clattention.internal.backend.DeviceArray;
import org.clattention.internal.backend.Epilogue;
import org.clattention.internal.backend.PackedWeights;
import org.jspecify.annotations.Nullable;

/** down(act(up(x))), or with a gate down(act(gate(x))·up(x)). */
final class FeedForwardLayer {
    private final int hiddenWidth;
    private final Activation activation;
    private final @Nullable PackedWeights gate;
    private final PackedWeights up;
    private final PackedWeights down;

    FeedForwardLayer(ParameterArrays parameters, BlockConfig config, BlockWeights weights) {
        hiddenWidth = config.hiddenWidth();
        activation = config.activation();
        gate = weights.gate() == null
                ? null
                : parameters.pack("W_gate", List.of(weights.gate()), Arrays.asList(weights.gateBias()));
        up = parameters.pack("W_up", List.of(weights.up()), Arrays.asList(weights.upBias()));
        down = parameters.pack("W_down", List.of(weights.down()), Arrays.asList(weights.downBias()));
    }

    /** y [rows, D] = ffn(x [rows, D]), plus the residual if there is one: another array than y. */
    void forward(CommandStream stream, DeviceArray x, long rows, @Nullable DeviceArray residual, DeviceArray y) {
        long elements = Math.multiplyExact(rows, (long) hiddenWidth);
        DeviceArray hidden = stream.scratch(Scratch.HIDDEN, DataType.F32, elements);
        if (gate == null) {
            stream.project(x, rows, up, Epilogue.activate(activation), hidden);
        } else {
            DeviceArray half = stream.scratch(Scratch.GATE, DataType.F32, elements);
            stream.project(x, rows, up, half);
            stream.project(x, rows, gate, Epilogue.gate(activation, half), hidden);
        }
        stream.project(hidden, rows, down, Epilogue.add(residual), y);
    }
}
