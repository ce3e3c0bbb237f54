package org.clattention.reference;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.clattention.config.Activation;
import org.clattention.config.AttentionConfig;
import org.clattention.config.BlockConfig;
import org.clattention.config.HostTensor;
import org.clattention.config.LatentConfig;
import org.clattention.config.StackConfig;
import org.clattention.config.StackWeights;
import org.clattention.config.StackWeights.LogitsWeights;
import org.clattention.config.StackWeights.NormWeights;
import org.jspecify.annotations.Nullable;

/**
 * A stack of transformer blocks, from embeddings to logits or hidden states:
 *
 * <pre>
 * x = norm(embeddings) or embeddings;   x = block(x) for every block;   h = norm(x) or x
 * logits = h·Wᵀ + b, or norm(act(h·Tᵀ + t))·Wᵀ + b
 * </pre>
 *
 * <p>Past tokens are kept by the stack itself, so that one may go on where the last call ended.
 */
public final class ReferenceStack {
    private final StackConfig config;
    private final StackWeights weights;
    private final List<Map<String, HostTensor>> blocks;
    private final List<Map<String, HostTensor>> pasts;

    /** A stack without past. */
    public ReferenceStack(StackConfig config, StackWeights weights) {
        this.config = config;
        this.weights = weights;
        this.blocks = IntStream.range(0, config.blocks().size())
                .mapToObj(i -> BlockTensors.of(weights.blocks().apply(i)))
                .toList();
        this.pasts = new ArrayList<>();
        reset();
    }

    /** Forgets all past tokens. */
    public void reset() {
        pasts.clear();
        blocks.forEach(block -> pasts.add(Map.of()));
    }

    /**
     * What a call gives.
     *
     * @param output [B, S, V], or [B, S, D] without logits
     * @param weights the attention weights [B, Hq, S, T] of every block; empty unless wanted, and of blocks with latent
     *     attention
     */
    public record Result(RefTensor output, List<RefTensor> weights) {}

    /**
     * Runs the stack on tokens that follow those of earlier calls.
     *
     * @param x the embeddings [B, S, D]
     * @param lengths how many keys, past ones included, each sequence has; null: all
     */
    public Result forward(RefTensor x, @Nullable HostTensor lengths, boolean wantWeights) {
        List<RefTensor> attention = new ArrayList<>();
        RefTensor stream = weights.inputNorm() == null ? x : norm(x, weights.inputNorm());
        for (int i = 0; i < blocks.size(); i++) {
            stream = block(i, stream, lengths, wantWeights ? attention : null);
        }
        RefTensor hidden = weights.outputNorm() == null ? stream : norm(stream, weights.outputNorm());
        LogitsWeights logits = weights.logits();
        return new Result(logits == null ? hidden : logits(logits, hidden), attention);
    }

    private RefTensor block(int i, RefTensor x, @Nullable HostTensor lengths, @Nullable List<RefTensor> attention) {
        BlockConfig block = config.blocks().get(i);
        Map<String, HostTensor> tensors = new HashMap<>(blocks.get(i));
        tensors.putAll(pasts.get(i));
        if (lengths != null) {
            tensors.put("nonpad_kv_seqlen", lengths);
        }
        TensorSet set = new TensorSet(tensors);
        ReferenceBlock.Options options = new ReferenceBlock.Options(
                block.norm() == BlockConfig.Norm.RMS,
                block.position(),
                block.normEpsilon(),
                ReferenceActivations.valueOf(block.activation().name()),
                LayerOptions.of(1));
        return ReferenceBlock.forward(options, set, x, normed -> {
            if (block.attention() instanceof LatentConfig latent) {
                return latent(i, latent, tensors, normed);
            }
            LayerOptions layer = BlockTensors.options((AttentionConfig) block.attention());
            ReferenceLayer.Result result = ReferenceLayer.forward(layer, set, normed, attention != null);
            pasts.set(i, Map.of("past_key", host(result.presentKey()), "past_value", host(result.presentValue())));
            if (attention != null && result.weights() != null) {
                attention.add(result.weights());
            }
            return result.y();
        });
    }

    private RefTensor latent(int i, LatentConfig config, Map<String, HostTensor> tensors, RefTensor x) {
        if (tensors.containsKey("nonpad_kv_seqlen")) {
            throw new IllegalArgumentException("lengths: latent attention does not take them here");
        }
        Map<String, HostTensor> own = new HashMap<>(tensors);
        own.put("x", host(x));
        ReferenceLatentAttention.Result result =
                ReferenceLatentAttention.forward(BlockTensors.options(config), new TensorSet(own));
        pasts.set(
                i, Map.of("past_latent", host(result.presentLatent()), "past_rope_key", host(result.presentRopeKey())));
        return result.y();
    }

    private RefTensor norm(RefTensor x, NormWeights norm) {
        BlockConfig first = config.blocks().get(0);
        RefTensor weight = RefTensor.of(norm.weight());
        if (first.norm() == BlockConfig.Norm.RMS) {
            return ReferenceNorms.rmsNorm(x, weight, -1, first.normEpsilon());
        }
        RefTensor bias = norm.bias() == null ? null : RefTensor.of(norm.bias());
        return ReferenceNorms.layerNorm(x, weight, bias, -1, first.normEpsilon())
                .y();
    }

    private RefTensor logits(LogitsWeights logits, RefTensor hidden) {
        RefTensor x = hidden;
        Activation activation = config.logitsTransform();
        if (logits.transform() != null && logits.transformNorm() != null && activation != null) {
            x = MatrixProduct.linear(x, logits.transform(), logits.transformBias());
            x = norm(ReferenceActivations.valueOf(activation.name()).apply(x), logits.transformNorm());
        }
        return MatrixProduct.linear(x, logits.matrix(), logits.bias());
    }

    private static HostTensor host(RefTensor tensor) {
        long[] shape = new long[tensor.rank()];
        for (int i = 0; i < shape.length; i++) {
            shape[i] = tensor.dim(i);
        }
        return HostTensor.ofDoubles(tensor.values(), shape);
    }
}
