package org.clattention.reference;

import java.util.Set;
import org.clattention.config.AttentionOptions;
import org.clattention.config.CausalAlignment;

/**
 * Multi-head latent attention of DeepSeek-V2 (2024), equations 37 to 47, in its plain form: keys and values of all
 * heads are expanded from the cached latent.
 *
 * <pre>
 * q = x·w_qᵀ, or norm(x·w_q_aᵀ)·w_q_bᵀ                 per head [q_nope dn | q_rope dr]
 * [c | k_rope] = x·w_kv_aᵀ;  latent = norm(c)          cached: latent [r] and rotate(k_rope) [dr]
 * [k_nope | v] = latent·w_kv_bᵀ                        per head [dn | dv]
 * y = concat(attend([q_nope | rotate(q_rope)], [k_nope | rotate(k_rope)], v))·w_oᵀ
 * </pre>
 *
 * Inputs by name: x [B, S, D], w_q [H·(dn+dr), D] or w_q_a [rq, D], q_a_norm [rq], w_q_b [H·(dn+dr), rq]; w_kv_a [r+dr,
 * D], kv_a_norm [r], w_kv_b [H·(dn+dv), r], w_o [Do, H·dv]; optional past_latent [B, P, r] and past_rope_key [B, P, dr].
 * The new tokens stand at the positions P, P + 1, …
 */
public final class ReferenceLatentAttention {
    /** The names of all inputs. */
    public static final Set<String> INPUTS = Set.of(
            "x",
            "w_q",
            "w_q_a",
            "q_a_norm",
            "w_q_b",
            "w_kv_a",
            "kv_a_norm",
            "w_kv_b",
            "w_o",
            "past_latent",
            "past_rope_key");

    private ReferenceLatentAttention() {}

    /**
     * What the layer returns.
     *
     * @param y [B, S, Do]
     * @param presentLatent [B, P + S, r], normalized
     * @param presentRopeKey [B, P + S, dr], rotated, its elements in the order of the weights' rows
     */
    public record Result(RefTensor y, RefTensor presentLatent, RefTensor presentRopeKey) {}

    /** Runs the layer. */
    public static Result forward(LatentOptions options, TensorSet tensors) {
        RefTensor x = tensors.real("x", "[B, S, D]", -1, -1, -1);
        int batch = x.dim(0);
        int heads = options.heads();
        int dn = options.nopeSize();
        int dr = options.ropeSize();
        int dv = options.valueSize();
        int r = options.latentSize();
        if (tensors.has("past_latent") != tensors.has("past_rope_key")) {
            throw new IllegalArgumentException("past_latent, past_rope_key: give both or neither");
        }

        RefTensor compressed = MatrixProduct.linear(x, tensors.weight("w_kv_a", "[r+dr, D]", r + dr, x.dim(2)), null);
        RefTensor latent = ReferenceNorms.rmsNorm(
                Heads.columns(compressed, 0, r), tensors.real("kv_a_norm", "[r]", r), -1, options.normEpsilon());
        RefTensor ropeKey = Heads.columns(compressed, r, r + dr);

        RefTensor pastLatent = tensors.findReal("past_latent", "[B, P, r]", batch, -1, r);
        int past = pastLatent == null ? 0 : pastLatent.dim(1);
        RefTensor pastRopeKey = tensors.findReal("past_rope_key", "[B, P, dr]", batch, past, dr);
        ropeKey = Heads.merge(rotate(Heads.split("rope key", ropeKey, 1), past, options));
        if (pastLatent != null && pastRopeKey != null) {
            latent = RefTensor.concat(pastLatent, latent, 1);
            ropeKey = RefTensor.concat(pastRopeKey, ropeKey, 1);
        }

        RefTensor query = Heads.split("queries", queries(options, tensors, x), heads);
        RefTensor turned = rotate(Heads.columns(query, dn, dn + dr), past, options);
        query = RefTensor.concat(Heads.columns(query, 0, dn), turned, 3);

        RefTensor expanded = Heads.split(
                "keys and values",
                MatrixProduct.linear(
                        latent, tensors.weight("w_kv_b", "[H·(dn+dv), r]", (long) heads * (dn + dv), r), null),
                heads);
        RefTensor sharedKey = Heads.repeat(Heads.split("rope key", ropeKey, 1), heads);
        RefTensor key = RefTensor.concat(Heads.columns(expanded, 0, dn), sharedKey, 3);
        RefTensor value = Heads.columns(expanded, dn, dn + dv);

        // All P + S keys are passed as new ones, so that the last query stands at the last key: offset P.
        AttentionOptions attention =
                new AttentionOptions(options.scale(), options.causal(), CausalAlignment.BOTTOM_RIGHT, -1, -1, 0);
        RefTensor context = ReferenceAttention.attend(AttentionProblem.of(query, key, value)
                        .options(attention)
                        .build())
                .output();
        RefTensor y = MatrixProduct.linear(
                Heads.merge(context), tensors.weight("w_o", "[Do, H·dv]", -1, (long) heads * dv), null);
        return new Result(y, latent, ropeKey);
    }

    private static RefTensor queries(LatentOptions options, TensorSet tensors, RefTensor x) {
        int rows = options.heads() * (options.nopeSize() + options.ropeSize());
        int rank = options.queryLatentSize();
        if (rank == 0) {
            return MatrixProduct.linear(x, tensors.weight("w_q", "[H·(dn+dr), D]", rows, x.dim(2)), null);
        }
        RefTensor compressed = MatrixProduct.linear(x, tensors.weight("w_q_a", "[rq, D]", rank, x.dim(2)), null);
        RefTensor latent =
                ReferenceNorms.rmsNorm(compressed, tensors.real("q_a_norm", "[rq]", rank), -1, options.normEpsilon());
        return MatrixProduct.linear(latent, tensors.weight("w_q_b", "[H·(dn+dr), rq]", rows, rank), null);
    }

    private static RefTensor rotate(RefTensor x, int past, LatentOptions options) {
        RotaryOptions rotary = options.rotary();
        if (rotary == null) {
            return x;
        }
        return ReferenceRotary.rotate(x, ReferenceRotary.consecutive(x.dim(0), x.dim(2), past), rotary);
    }
}
