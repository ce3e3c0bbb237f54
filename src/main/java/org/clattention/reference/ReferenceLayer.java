package org.clattention.reference;

import java.util.Set;
import org.clattention.config.HostTensor;
import org.jspecify.annotations.Nullable;

/**
 * The multi-head attention layer:
 *
 * <pre>
 * q = rotate(norm(x·W_qᵀ + b_q))   k = rotate(norm(x·W_kᵀ + b_k))   v = x·W_vᵀ + b_v     (k, v of memory if given)
 * c[h] = head_gate[h] · attend(q[h], past_k ‖ k, past_v ‖ v)
 * y = concat(c)·W_oᵀ + b_o
 * </pre>
 *
 * Tensors by name, with D the width of x and Dm that of memory:
 *
 * <table>
 * <caption>inputs</caption>
 * <tr><td>x</td><td>[B, S, D]</td></tr>
 * <tr><td>memory</td><td>optional [B, N, Dm]: keys and values come from here (cross-attention); without it N = S</td></tr>
 * <tr><td>w_q, w_k, w_v, w_o</td><td>[Hq·d, D], [Hkv·d, Dm], [Hkv·dv, Dm], [Do, Hq·dv]</td></tr>
 * <tr><td>b_q, b_k, b_v, b_o</td><td>optional [Hq·d], [Hkv·d], [Hkv·dv], [Do]</td></tr>
 * <tr><td>q_norm, k_norm</td><td>optional [d]: weights of an RMS normalization of every head, before rotation</td></tr>
 * <tr><td>attn_mask</td><td>optional, as {@link AttentionProblem#mask}</td></tr>
 * <tr><td>nonpad_kv_seqlen</td><td>optional [B]: keys from there on are padding, counted with the past</td></tr>
 * <tr><td>past_key, past_value</td><td>optional [B, Hkv, P, d], [B, Hkv, P, dv]: keys after rotation</td></tr>
 * <tr><td>position_ids</td><td>optional [B, S]: for the rotation alone; otherwise P, P + 1, …</td></tr>
 * <tr><td>sinks, alibi_slopes</td><td>optional [Hq]</td></tr>
 * <tr><td>head_gate</td><td>optional [Hq]: factors of the heads' contexts; 0 removes a head, whatever it holds</td></tr>
 * </table>
 */
public final class ReferenceLayer {
    /** The names of all inputs. */
    public static final Set<String> INPUTS = Set.of(
            "x",
            "memory",
            "w_q",
            "w_k",
            "w_v",
            "w_o",
            "b_q",
            "b_k",
            "b_v",
            "b_o",
            "q_norm",
            "k_norm",
            "attn_mask",
            "nonpad_kv_seqlen",
            "past_key",
            "past_value",
            "position_ids",
            "sinks",
            "alibi_slopes",
            "head_gate");

    private ReferenceLayer() {}

    /**
     * What the layer returns.
     *
     * @param y [B, S, Do]
     * @param weights [B, Hq, S, P + N], before the head gates; null unless wanted
     * @param presentKey [B, Hkv, P + N, d], after rotation
     * @param presentValue [B, Hkv, P + N, dv]
     */
    public record Result(RefTensor y, @Nullable RefTensor weights, RefTensor presentKey, RefTensor presentValue) {}

    /** Runs the layer on the tensor {@code x} of {@code tensors}. */
    public static Result forward(LayerOptions options, TensorSet tensors, boolean wantWeights) {
        return forward(options, tensors, tensors.real("x", "[B, S, D]", -1, -1, -1), wantWeights);
    }

    /** Runs the layer on {@code x}; other tensors, too, may be in the set. */
    static Result forward(LayerOptions options, TensorSet tensors, RefTensor x, boolean wantWeights) {
        int batch = x.dim(0);
        boolean cross = tensors.has("memory");
        RefTensor source = cross ? tensors.real("memory", "[B, N, Dm]", batch, -1, -1) : x;

        RefTensor query = project(tensors, "q", x, options.heads(), 0);
        int size = query.dim(3);
        RefTensor key = project(tensors, "k", source, options.kvHeads(), size);
        RefTensor value = project(tensors, "v", source, options.kvHeads(), 0);
        query = normalize(tensors, "q_norm", query, options);
        key = normalize(tensors, "k_norm", key, options);

        RefTensor pastKey = tensors.findReal("past_key", "[B, Hkv, P, d]", batch, options.kvHeads(), -1, size);
        RefTensor pastValue =
                tensors.findReal("past_value", "[B, Hkv, P, dv]", batch, options.kvHeads(), -1, value.dim(3));
        HostTensor positions = tensors.findIntegers("position_ids", "[B, S]", batch, x.dim(1));
        RotaryOptions rotary = options.rotary();
        if (rotary == null && positions != null) {
            throw new IllegalArgumentException("position_ids: there is no rotary embedding that would use them");
        }
        if (rotary != null) {
            if (cross) {
                throw new IllegalArgumentException("rope: the keys of memory have no positions to rotate by");
            }
            if (positions == null) {
                positions = ReferenceRotary.consecutive(batch, x.dim(1), pastKey == null ? 0 : pastKey.dim(2));
            }
            query = ReferenceRotary.rotate(query, positions, rotary);
            key = ReferenceRotary.rotate(key, positions, rotary);
        }

        ReferenceResult attention = ReferenceAttention.attend(AttentionProblem.of(query, key, value)
                .past(pastKey, pastValue)
                .mask(tensors.find("attn_mask"))
                .lengths(tensors.findIntegers("nonpad_kv_seqlen", "[B]", batch))
                .sinks(tensors.findReal("sinks", "[Hq]", options.heads()))
                .alibiSlopes(tensors.findReal("alibi_slopes", "[Hq]", options.heads()))
                .options(options.attention())
                .wantedScores(wantWeights ? ScoreStage.WEIGHTS : null)
                .build());
        RefTensor context = gate(attention.output(), tensors.findReal("head_gate", "[Hq]", options.heads()));
        HostTensor output = tensors.weight("w_o", "[Do, Hq·dv]", -1, (long) options.heads() * value.dim(3));
        RefTensor y =
                MatrixProduct.linear(Heads.merge(context), output, tensors.findWeight("b_o", "[Do]", output.dim(0)));
        return new Result(y, attention.scores(), attention.presentKey(), attention.presentValue());
    }

    /** The heads [B, H, S, size] of x·wᵀ + b with the weight and bias of q, k or v; size 0 means any. */
    private static RefTensor project(TensorSet tensors, String part, RefTensor x, int heads, int size) {
        String name = "w_" + part;
        HostTensor weight = tensors.weight(name, "[H·d, D]", size == 0 ? -1 : (long) heads * size, x.dim(2));
        if (weight.dim(0) == 0 || weight.dim(0) % heads != 0) {
            throw new IllegalArgumentException(
                    name + ": " + weight.dim(0) + " rows must be a positive multiple of the " + heads + " heads");
        }
        HostTensor bias = tensors.findWeight("b_" + part, "[H·d]", weight.dim(0));
        return Heads.split(name, MatrixProduct.linear(x, weight, bias), heads);
    }

    private static RefTensor normalize(TensorSet tensors, String name, RefTensor x, LayerOptions options) {
        RefTensor weight = tensors.findReal(name, "[d]", x.dim(3));
        return weight == null ? x : ReferenceNorms.rmsNorm(x, weight, -1, options.normEpsilon());
    }

    private static RefTensor gate(RefTensor context, @Nullable RefTensor gates) {
        if (gates == null) {
            return context;
        }
        RefTensor gated = RefTensor.zeros(context.shape());
        int run = context.dim(2) * context.dim(3);
        for (int n = 0; n < gated.values().length; n++) {
            double gate = gates.at(n / run % context.dim(1));
            // A removed head is absent: a NaN in it is not multiplied, but dropped.
            gated.values()[n] = gate == 0 ? 0 : gate * context.values()[n];
        }
        return gated;
    }
}
