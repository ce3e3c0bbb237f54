package org.clattention.bench;

import java.util.Locale;
import org.clattention.config.AttentionConfig;
import org.clattention.config.DataType;

/**
 * One call of a layer that is timed.
 *
 * @param kind what the time is compared with
 * @param config the layer: self-attention, outputs as wide as inputs
 * @param batch sequences
 * @param length tokens of each sequence in the call
 * @param past tokens of each sequence that are cached before the call
 * @param weightType how the weight matrices are stored
 * @param cacheType how cached keys and values are stored; everything else is F32
 */
public record BenchShape(
        Kind kind, AttentionConfig config, int batch, int length, int past, DataType weightType, DataType cacheType) {
    /** What limits a call. */
    public enum Kind {
        /** Arithmetic. */
        PREFILL,
        /** Reading weights and cache. */
        DECODE,
        /** The round trip to the device. */
        LATENCY
    }

    /** Checks that the layer is one that all engines can run. */
    public BenchShape {
        if (batch < 1 || length < 1 || past < 0) {
            throw new IllegalArgumentException(
                    "batch, length, past: " + batch + ", " + length + ", " + past + " must be at least 1, 1 and 0");
        }
        if (config.memoryWidth() != config.modelWidth() || config.valueHeadSize() != config.headSize()) {
            throw new IllegalArgumentException("config: must be self-attention with one head size");
        }
    }

    /** A call whose cache, if it has one, is F32. */
    public BenchShape(Kind kind, AttentionConfig config, int batch, int length, int past, DataType weightType) {
        this(kind, config, batch, length, past, weightType, DataType.F32);
    }

    /** The same call with weights of another type. */
    public BenchShape withWeightType(DataType type) {
        return new BenchShape(kind, config, batch, length, past, type, cacheType);
    }

    /** The same call with a cache of another type. */
    public BenchShape withCacheType(DataType type) {
        return new BenchShape(kind, config, batch, length, past, weightType, type);
    }

    /** The same call after another number of cached tokens. */
    public BenchShape withPast(int tokens) {
        return new BenchShape(kind, config, batch, length, tokens, weightType, cacheType);
    }

    /**
     * For example {@code prefill-4096/32.8/128-b1-s512-causal-f32}: width, query heads, key-value heads if fewer, head size; at
     * the end the type of the weights, and after a past that of the cache if it is another one.
     */
    public String name() {
        String heads = config.numHeads() + (config.numKvHeads() == config.numHeads() ? "" : "." + config.numKvHeads());
        return (kind.name() + "-" + config.modelWidth() + "/" + heads + "/" + config.headSize() + "-b" + batch + "-s"
                        + length + (past > 0 ? "-p" + past : "")
                        + (isCausal() ? "-causal" : "") + "-" + weightType
                        + (past > 0 && cacheType != weightType ? "-cache-" + cacheType : ""))
                .toLowerCase(Locale.ROOT);
    }

    /** Whether a token attends to earlier ones only; no restriction for one token after a past. */
    public boolean isCausal() {
        return config.options().causal();
    }

    /** Keys of a sequence after the call. */
    public int keys() {
        return past + length;
    }

    /** Elements of the four weight matrices. */
    public long weightElements() {
        long width = config.modelWidth();
        return width * (config.queryWidth() + config.keyWidth() + config.valueWidth())
                + (long) config.outputWidth() * config.contextWidth();
    }

    /**
     * Floating-point operations of a call, a multiply-add counting as two: projections, scores and weighted values; of the
     * last two half where the mask is causal. Softmax is not counted.
     */
    public double operations() {
        double projections = 2.0 * batch * length * weightElements();
        double attention = 4.0 * batch * length * keys() * config.queryWidth();
        return projections + (isCausal() ? attention / 2 : attention);
    }

    /** Bytes of the four weight matrices as they are stored. */
    public long weightBytes() {
        return weightType.bytes(weightElements());
    }

    /** Bytes that a call cannot avoid reading: the weights once, and all keys and values once. */
    public double bytes() {
        long cache = 2L * batch * keys() * config.keyWidth();
        return weightBytes() + cacheType.bytes(cache);
    }
}
