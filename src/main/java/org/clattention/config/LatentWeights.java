package org.clattention.config;

import org.jspecify.annotations.Nullable;

/**
 * The weights of a multi-head latent attention layer, on the host, [out_features, in_features] as in Hugging Face files. They
 * are stored on the device as {@link AttentionWeights} are; norms are floating-point.
 *
 * @param query W_q [H·(dn+dr), D]; null if queries go through a latent
 * @param queryDown W_q_a [rq, D], or null
 * @param queryNorm RMS norm of the query latent [rq], or null
 * @param queryUp W_q_b [H·(dn+dr), rq], or null
 * @param latentDown W_kv_a [r + dr, D]: the latent and the shared rotated key
 * @param latentNorm RMS norm of the latent [r]
 * @param latentUp W_kv_b [H·(dn+dv), r]: per head the rows of its keys, then of its values
 * @param output W_O [D, H·dv]
 */
public record LatentWeights(
        @Nullable HostTensor query,
        @Nullable HostTensor queryDown,
        @Nullable HostTensor queryNorm,
        @Nullable HostTensor queryUp,
        HostTensor latentDown,
        HostTensor latentNorm,
        HostTensor latentUp,
        HostTensor output)
        implements BlockAttentionWeights {
    /** Checks what must be given. */
    public LatentWeights {
        Checks.given("latentDown", latentDown);
        Checks.given("latentNorm", latentNorm);
        Checks.given("latentUp", latentUp);
        Checks.given("output", output);
    }

    /**
     * These weights with matrices rounded to another floating-point or quantized type, in which the device will store them.
     * Norms stay as they are.
     *
     * @throws IllegalArgumentException if {@link HostTensor#to} cannot: quantized types take rows of whole blocks of 32
     */
    @Override
    public LatentWeights to(DataType type) {
        Checks.given("type", type);
        return new LatentWeights(
                converted(query, type),
                converted(queryDown, type),
                queryNorm,
                converted(queryUp, type),
                latentDown.to(type),
                latentNorm,
                latentUp.to(type),
                output.to(type));
    }

    private static @Nullable HostTensor converted(@Nullable HostTensor matrix, DataType type) {
        return matrix == null ? null : matrix.to(type);
    }

    public void requireFit(LatentConfig c) {
        Checks.given("config", c);
        int rq = c.queryLatentSize();
        boolean compressed = rq > 0;
        require("query", query, !compressed, "[H * (dn + dr), D]", c.queryWidth(), c.modelWidth());
        require("queryDown", queryDown, compressed, "[rq, D]", rq, c.modelWidth());
        require("queryNorm", queryNorm, compressed, "[rq]", rq);
        require("queryUp", queryUp, compressed, "[H * (dn + dr), rq]", c.queryWidth(), rq);
        require("latentDown", latentDown, true, "[r + dr, D]", c.cachedSize(), c.modelWidth());
        require("latentNorm", latentNorm, true, "[r]", c.latentSize());
        require("latentUp", latentUp, true, "[H * (dn + dv), r]", c.expandedWidth(), c.latentSize());
        long contextWidth = (long) c.numHeads() * c.valueHeadSize();
        require("output", output, true, "[D, H * dv]", c.modelWidth(), contextWidth);
    }

    private static void require(
            String name, @Nullable HostTensor tensor, boolean wanted, String meaning, long... shape) {
        if ((tensor != null) != wanted) {
            throw new IllegalArgumentException("weights." + name + ": "
                    + (wanted ? "missing" : "given, but the configuration has no use for it (see queryLatentSize)"));
        }
        if (tensor != null) {
            Checks.weights(name, tensor, meaning, shape);
        }
    }
}
