package org.clattention.verify;

import java.util.Map;
import org.clattention.AttentionOptions;
import org.clattention.CausalAlignment;
import org.clattention.DataType;
import org.clattention.reference.AttentionProblem;
import org.clattention.reference.Heads;
import org.clattention.reference.LatentOptions;
import org.clattention.reference.RefTensor;
import org.clattention.reference.ReferenceRotary;
import org.clattention.reference.TensorSet;

/** Latent attention in its plain form, in plain single precision, without a past. */
final class PlainLatentAttention {
    private PlainLatentAttention() {}

    static Map<String, RefTensor> forward(LatentOptions options, TensorSet in, DataType stored) {
        RefTensor x = in.real("x");
        int heads = options.heads();
        int dn = options.nopeSize();
        int dr = options.ropeSize();
        int r = options.latentSize();
        RefTensor compressed = PlainSteps.linear(x, in.get("w_kv_a"), null);
        RefTensor latent = PlainSteps.to(norm(Heads.columns(compressed, 0, r), in.real("kv_a_norm"), options), stored);
        RefTensor sharedKey = rotate(Heads.split("rope key", Heads.columns(compressed, r, r + dr), 1), options);
        RefTensor ropeKey = PlainSteps.to(sharedKey, stored);

        RefTensor query = Heads.split("queries", queries(options, in, x), heads);
        RefTensor turned = rotate(Heads.columns(query, dn, dn + dr), options);
        query = RefTensor.concat(Heads.columns(query, 0, dn), turned, 3);
        RefTensor expanded = Heads.split("keys and values", PlainSteps.linear(latent, in.get("w_kv_b"), null), heads);
        RefTensor key = RefTensor.concat(Heads.columns(expanded, 0, dn), Heads.repeat(ropeKey, heads), 3);
        RefTensor value = Heads.columns(expanded, dn, dn + options.valueSize());

        AttentionOptions attention =
                new AttentionOptions(options.scale(), options.causal(), CausalAlignment.TOP_LEFT, -1, -1, 0);
        AttentionProblem.Builder problem = AttentionProblem.of(
                        PlainAttention.nothing(query), PlainAttention.nothing(key), PlainAttention.nothing(key))
                .options(attention);
        RefTensor bias = PlainAttention.bias(problem);
        float scale = (float) attention.scaleFor(dn + dr);
        RefTensor context = new PlainAttention(query, key, value, scale, 0, bias, null).output();
        return Map.of(
                "y",
                PlainSteps.linear(Heads.merge(context), in.get("w_o"), null),
                "present_latent",
                latent,
                "present_rope_key",
                Heads.merge(ropeKey));
    }

    private static RefTensor queries(LatentOptions options, TensorSet in, RefTensor x) {
        if (options.queryLatentSize() == 0) {
            return PlainSteps.linear(x, in.get("w_q"), null);
        }
        RefTensor compressed = PlainSteps.linear(x, in.get("w_q_a"), null);
        return PlainSteps.linear(norm(compressed, in.real("q_a_norm"), options), in.get("w_q_b"), null);
    }

    private static RefTensor norm(RefTensor x, RefTensor weight, LatentOptions options) {
        return PlainNorms.norm(x, weight, null, options.normEpsilon(), true);
    }

    private static RefTensor rotate(RefTensor x, LatentOptions options) {
        return options.rotary() == null
                ? x
                : PlainSteps.round(ReferenceRotary.rotate(
                        x, ReferenceRotary.consecutive(x.dim(0), x.dim(2), 0), options.rotary()));
    }
}
