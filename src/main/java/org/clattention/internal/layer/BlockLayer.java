package org.clattention.internal.layer;

import java.util.Objects;
import org.clattention.config.BlockConfig;
import org.clattention.config.BlockWeights;
import org.clattention.config.DataType;
import org.clattention.config.HostTensor;
import org.clattention.internal.backend.Backend;
import org.clattention.internal.backend.CommandStream;
import org.clattention.internal.backend.CommandStream.Scratch;
import org.clattention.internal.backend.DeviceArray;
import org.jspecify.annotations.Nullable;

/** The steps of a transformer block. */
public final class BlockLayer implements LayerSteps, AutoCloseable {
    private final BlockConfig config;
    private final SelfAttention attention;
    private final ParameterArrays parameters;
    private final NormLayer norm1;
    private final NormLayer norm2;
    private final @Nullable NormLayer attentionNorm;
    private final @Nullable NormLayer feedForwardNorm;
    private final FeedForwardLayer feedForward;

    /** Copies the weights to the device. */
    public BlockLayer(Backend backend, BlockConfig config, BlockWeights weights) {
        this.config = config;
        this.parameters = new ParameterArrays(backend);
        try {
            attention = parameters.own(SelfAttention.of(backend, config.attention(), weights.attention()));
            double epsilon = config.normEpsilon();
            norm1 = new NormLayer(
                    parameters, "norm1", config.norm(), epsilon, weights.norm1Weight(), weights.norm1Bias());
            norm2 = new NormLayer(
                    parameters, "norm2", config.norm(), epsilon, weights.norm2Weight(), weights.norm2Bias());
            attentionNorm = branchNorm("attention norm", weights.attentionNorm());
            feedForwardNorm = branchNorm("feed-forward norm", weights.feedForwardNorm());
            feedForward = new FeedForwardLayer(parameters, config, weights);
        } catch (RuntimeException | Error e) {
            parameters.close();
            throw e;
        }
    }

    private @Nullable NormLayer branchNorm(String name, @Nullable HostTensor weight) {
        return weight == null
                ? null
                : new NormLayer(parameters, name, config.norm(), config.normEpsilon(), weight, null);
    }

    @Override
    public void prepare(BatchLayout tokens, int @Nullable [] positions) {
        attention.prepare(tokens, positions);
    }

    /** Queues the block's steps: those of {@code call} are the attention's, with the block's x and y, which may be one. */
    @Override
    public void forward(CommandStream stream, AttentionLayer.Call call) {
        long rows = call.tokens().rows();
        long elements = rows * config.attention().modelWidth();
        DeviceArray sum = stream.scratch(Scratch.RESIDUAL, DataType.F32, elements);
        // With a norm of its own, a branch is added after it; else as it comes out of its last product.
        switch (config.position()) {
            case PRE -> {
                DeviceArray normed = stream.scratch(Scratch.NORMED, DataType.F32, elements);
                norm1.forward(stream, call.x(), rows, normed);
                attention.forward(stream, call.between(normed, call.x(), sum));
                norm2.forward(stream, sum, rows, normed);
                feedForward.forward(stream, normed, rows, sum, call.y());
            }
            case POST -> {
                DeviceArray branch = stream.scratch(Scratch.ATTENDED, DataType.F32, elements);
                attention.forward(stream, call.between(call.x(), call.x(), sum));
                norm1.forward(stream, sum, rows, sum);
                feedForward.forward(stream, sum, rows, sum, branch);
                norm2.forward(stream, branch, rows, call.y());
            }
            case SANDWICH -> {
                DeviceArray normed = stream.scratch(Scratch.NORMED, DataType.F32, elements);
                DeviceArray branch = stream.scratch(Scratch.ATTENDED, DataType.F32, elements);
                norm1.forward(stream, call.x(), rows, normed);
                attention.forward(stream, call.between(normed, null, branch));
                Objects.requireNonNull(attentionNorm).forward(stream, branch, rows, branch);
                stream.add(call.x(), branch, sum, elements);
                norm2.forward(stream, sum, rows, normed);
                feedForward.forward(stream, normed, rows, null, branch);
                Objects.requireNonNull(feedForwardNorm).forward(stream, branch, rows, branch);
                stream.add(sum, branch, call.y(), elements);
            }
        }
    }

    @Override
    public void close() {
        parameters.close();
    }
}
