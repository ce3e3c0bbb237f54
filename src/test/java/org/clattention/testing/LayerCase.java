package org.clattention.testing;

import org.clattention.config.AttentionConfig;
import org.clattention.config.AttentionWeights;
import org.clattention.config.HostTensor;
import org.clattention.config.ScoresStage;
import org.jspecify.annotations.Nullable;

/**
 * A generated multi-head attention layer and one call of it.
 *
 * @param name what reproduces it: {@code -Dclattention.case=<name>}
 * @param x [B, S, D]
 * @param memory [B, T, Dm], or null for self-attention
 * @param positions of the rotation, [B · S], or null
 * @param types storage: of x and the output, of the cache's rows, of the additive mask
 * @param topKeys how many heaviest keys to ask for, with entropy and column sums; −1 for no summaries
 */
@SuppressWarnings("ArrayRecordComponent") // test data, compared never
public record LayerCase(
        String name,
        AttentionConfig config,
        AttentionWeights weights,
        HostTensor x,
        @Nullable HostTensor memory,
        @Nullable CaseMask attend,
        @Nullable CaseMask bias,
        int @Nullable [] lengths,
        int @Nullable [] positions,
        StorageTypes types,
        int topKeys,
        boolean wantWeights,
        @Nullable ScoresStage wanted,
        boolean wantLogSumExp) {

    /** Self-attention over x alone, in these types. */
    public static LayerCase plain(
            String name, AttentionConfig config, AttentionWeights weights, HostTensor x, StorageTypes types) {
        return new LayerCase(name, config, weights, x, null, null, null, null, null, types, -1, false, null, false);
    }

    /** The same layer and call on another input. */
    public LayerCase withX(HostTensor newX) {
        return with(newX, memory);
    }

    /** The same layer and call over another memory. */
    public LayerCase withMemory(@Nullable HostTensor newMemory) {
        return with(x, newMemory);
    }

    private LayerCase with(HostTensor newX, @Nullable HostTensor newMemory) {
        return new LayerCase(
                name,
                config,
                weights,
                newX,
                newMemory,
                attend,
                bias,
                lengths,
                positions,
                types,
                topKeys,
                wantWeights,
                wanted,
                wantLogSumExp);
    }

    /** The same call, returning nothing but the output. */
    public LayerCase outputAlone() {
        return new LayerCase(
                name, config, weights, x, memory, attend, bias, lengths, positions, types, -1, false, null, false);
    }

    /** The same call without scores, weights or summaries wanted: one that fused kernels can take. */
    public LayerCase fused() {
        return new LayerCase(
                name,
                config,
                weights,
                x,
                memory,
                attend,
                bias,
                lengths,
                positions,
                types,
                -1,
                false,
                null,
                wantLogSumExp);
    }

    /** B. */
    public int batch() {
        return (int) x.dim(0);
    }

    /** S. */
    public int queries() {
        return (int) x.dim(1);
    }

    /** T. */
    public int keys() {
        return memory == null ? queries() : (int) memory.dim(1);
    }

    int[] rotaryPositions() {
        if (positions != null) {
            return positions;
        }
        int[] own = new int[batch() * queries()];
        for (int i = 0; i < own.length; i++) {
            own[i] = i % queries();
        }
        return own;
    }

    @Override
    public String toString() {
        return name + ": B=" + batch() + " S=" + queries() + " T=" + keys() + (memory == null ? " self " : " cross ")
                + config + (attend == null ? "" : " attend") + (bias == null ? "" : " bias")
                + (lengths == null ? "" : " lengths") + (positions == null ? "" : " positions") + " weights "
                + weights.query().type() + " " + types + (weights.extras().queryNorm() == null ? "" : " q_norm")
                + (weights.extras().keyNorm() == null ? "" : " k_norm")
                + (weights.extras().sinks() == null ? "" : " sinks")
                + (weights.extras().alibiSlopes() == null ? "" : " alibi")
                + (weights.extras().headGate() == null ? "" : " gate");
    }
}
