package org.clattention.bench;

import org.clattention.config.AttentionConfig;
import org.clattention.config.AttentionWeights;
import org.clattention.config.DataType;
import org.clattention.config.HostTensor;
import org.clattention.verify.SeededTensors;
import org.jspecify.annotations.Nullable;

/**
 * The data of one call, the same for every engine.
 *
 * @param weights matrices [out, in] in the shape's type, no biases
 * @param x [B, S, D] F32
 * @param pastKeys [B, Hkv, P, d] F32; null without a past
 * @param pastValues [B, Hkv, P, d] F32; null without a past
 */
public record LayerData(
        AttentionWeights weights,
        HostTensor x,
        @Nullable HostTensor pastKeys,
        @Nullable HostTensor pastValues) {

    /** Pseudo-random data of which all projections have a standard deviation near 1. */
    public static LayerData of(BenchShape shape, long seed) {
        AttentionConfig config = shape.config();
        int width = config.modelWidth();
        double std = 1 / Math.sqrt(width);
        AttentionWeights floats = AttentionWeights.of(
                SeededTensors.tensor(seed, 0, std, config.queryWidth(), width),
                SeededTensors.tensor(seed, 1, std, config.keyWidth(), width),
                SeededTensors.tensor(seed, 2, std, config.valueWidth(), width),
                SeededTensors.tensor(seed, 3, std, config.outputWidth(), config.contextWidth()));
        AttentionWeights weights = floats.to(shape.weightType());
        HostTensor x = SeededTensors.tensor(seed, 4, 1, shape.batch(), shape.length(), width);
        if (shape.past() == 0) {
            return new LayerData(weights, x, null, null);
        }
        long[] rows = {shape.batch(), config.numKvHeads(), shape.past(), config.headSize()};
        return new LayerData(weights, x, cached(shape, seed, 5, rows), cached(shape, seed, 6, rows));
    }

    /** What a cache of the shape's type holds; also given to engines that keep F32. */
    private static HostTensor cached(BenchShape shape, long seed, int stream, long... rows) {
        return SeededTensors.tensor(seed, stream, 1, rows).to(shape.cacheType()).to(DataType.F32);
    }
}
