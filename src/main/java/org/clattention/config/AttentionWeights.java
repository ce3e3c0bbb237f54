package org.clattention.config;

import org.jspecify.annotations.Nullable;

/**
 * The weights of a multi-head attention layer, on the host. Matrices are [out_features, in_features], as in PyTorch and
 * in Hugging Face files. F16, BF16, Q8_0 and Q4_0 are stored as they are on the device, F32 and F64 as F32, matrices of
 * several types as F32; all arithmetic is in f32. Biases and extras are floating-point.
 *
 * @param query W_q [Hq·d, D]
 * @param key W_k [Hkv·d, Dm]
 * @param value W_v [Hkv·dv, Dm]
 * @param output W_O [Do, Hq·dv]
 * @param queryBias [Hq·d] or null
 * @param keyBias [Hkv·d] or null
 * @param valueBias [Hkv·dv] or null
 * @param outputBias [Do] or null
 * @param extras norms, sinks, ALiBi, head gate
 */
public record AttentionWeights(
        HostTensor query,
        HostTensor key,
        HostTensor value,
        HostTensor output,
        @Nullable HostTensor queryBias,
        @Nullable HostTensor keyBias,
        @Nullable HostTensor valueBias,
        @Nullable HostTensor outputBias,
        HeadExtras extras)
        implements BlockAttentionWeights {
    /** Checks what must be given. */
    public AttentionWeights {
        Checks.given("query", query);
        Checks.given("key", key);
        Checks.given("value", value);
        Checks.given("output", output);
        Checks.given("extras", extras);
    }

    /** Weights with biases, without extras. */
    public AttentionWeights(
            HostTensor query,
            HostTensor key,
            HostTensor value,
            HostTensor output,
            @Nullable HostTensor queryBias,
            @Nullable HostTensor keyBias,
            @Nullable HostTensor valueBias,
            @Nullable HostTensor outputBias) {
        this(query, key, value, output, queryBias, keyBias, valueBias, outputBias, HeadExtras.NONE);
    }

    /** Weights without biases. */
    public static AttentionWeights of(HostTensor query, HostTensor key, HostTensor value, HostTensor output) {
        return new AttentionWeights(query, key, value, output, null, null, null, null);
    }

    /**
     * Weights as PyTorch's {@code nn.MultiheadAttention} holds them.
     *
     * @param inProjection {@code in_proj_weight} [3·D, D]: the rows of W_q, W_k and W_v
     * @param inBias {@code in_proj_bias} [3·D] or null
     * @param outProjection {@code out_proj.weight} [D, D]
     * @param outBias {@code out_proj.bias} [D] or null
     */
    public static AttentionWeights ofPacked(
            HostTensor inProjection,
            @Nullable HostTensor inBias,
            HostTensor outProjection,
            @Nullable HostTensor outBias) {
        Checks.given("inProjection", inProjection);
        Checks.given("outProjection", outProjection);
        if (inProjection.rank() != 2 || inProjection.dim(0) % 3 != 0) {
            throw new IllegalArgumentException("inProjection: " + inProjection + " must be [3 * D, D]");
        }
        long rows = inProjection.dim(0) / 3;
        if (inBias != null && (inBias.rank() != 1 || inBias.dim(0) != 3 * rows)) {
            throw new IllegalArgumentException("inBias: " + inBias + " must be [" + 3 * rows + "]");
        }
        return new AttentionWeights(
                inProjection.rows(0, rows),
                inProjection.rows(rows, 2 * rows),
                inProjection.rows(2 * rows, 3 * rows),
                outProjection,
                inBias == null ? null : inBias.rows(0, rows),
                inBias == null ? null : inBias.rows(rows, 2 * rows),
                inBias == null ? null : inBias.rows(2 * rows, 3 * rows),
                outBias);
    }

    /** The same without biases. */
    public static AttentionWeights ofPacked(HostTensor inProjection, HostTensor outProjection) {
        return ofPacked(inProjection, null, outProjection, null);
    }

    /** These weights with biases; any may be null, for none. */
    public AttentionWeights withBiases(
            @Nullable HostTensor q, @Nullable HostTensor k, @Nullable HostTensor v, @Nullable HostTensor o) {
        return new AttentionWeights(query, key, value, output, q, k, v, o, extras);
    }

    /** These weights with other per-head parameters. */
    public AttentionWeights withExtras(HeadExtras newExtras) {
        return new AttentionWeights(query, key, value, output, queryBias, keyBias, valueBias, outputBias, newExtras);
    }

    /**
     * These weights with matrices rounded to another floating-point or quantized type, in which the device will store them.
     * Biases and extras stay as they are.
     *
     * @throws IllegalArgumentException if {@link HostTensor#to} cannot: quantized types take rows of whole blocks of 32
     */
    @Override
    public AttentionWeights to(DataType type) {
        Checks.given("type", type);
        return new AttentionWeights(
                query.to(type),
                key.to(type),
                value.to(type),
                output.to(type),
                queryBias,
                keyBias,
                valueBias,
                outputBias,
                extras);
    }

    public void requireFit(AttentionConfig config) {
        Checks.given("config", config);
        matrix("query", query, "[Hq * d, D]", config.queryWidth(), config.modelWidth());
        matrix("key", key, "[Hkv * d, Dm]", config.keyWidth(), config.memoryWidth());
        matrix("value", value, "[Hkv * dv, Dm]", config.valueWidth(), config.memoryWidth());
        matrix("output", output, "[Do, Hq * dv]", config.outputWidth(), config.contextWidth());
        bias("queryBias", queryBias, "[Hq * d]", config.queryWidth());
        bias("keyBias", keyBias, "[Hkv * d]", config.keyWidth());
        bias("valueBias", valueBias, "[Hkv * dv]", config.valueWidth());
        bias("outputBias", outputBias, "[Do]", config.outputWidth());
        bias("extras.queryNorm", extras.queryNorm(), "[d]", config.headSize());
        bias("extras.keyNorm", extras.keyNorm(), "[d]", config.headSize());
        bias("extras.sinks", extras.sinks(), "[Hq]", config.numHeads());
        bias("extras.alibiSlopes", extras.alibiSlopes(), "[Hq]", config.numHeads());
        bias("extras.headGate", extras.headGate(), "[Hq]", config.numHeads());
        Checks.values("extras.sinks", extras.sinks(), true);
        Checks.values("extras.alibiSlopes", extras.alibiSlopes(), false);
        Checks.values("extras.headGate", extras.headGate(), false);
    }

    private static void matrix(String name, HostTensor tensor, String meaning, long rows, long columns) {
        Checks.weights(name, tensor, meaning, rows, columns);
    }

    private static void bias(String name, @Nullable HostTensor tensor, String meaning, long size) {
        if (tensor != null) {
            Checks.weights(name, tensor, meaning, size);
        }
    }
}
