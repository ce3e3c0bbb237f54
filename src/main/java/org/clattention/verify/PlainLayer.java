package org.clattention.verify;

import java.util.HashSet;
import java.util.Set;
import org.clattention.config.DataType;
import org.clattention.config.HostTensor;
import org.clattention.reference.AttentionProblem;
import org.clattention.reference.Heads;
import org.clattention.reference.LayerOptions;
import org.clattention.reference.RefTensor;
import org.clattention.reference.ReferenceLayer;
import org.clattention.reference.ReferenceRotary;
import org.clattention.reference.TensorSet;

/** The multi-head attention layer in plain single precision, without a past. */
final class PlainLayer {
    /** All inputs but those of a past. */
    static final Set<String> INPUTS = inputs();

    private PlainLayer() {}

    private static Set<String> inputs() {
        Set<String> names = new HashSet<>(ReferenceLayer.INPUTS);
        names.remove("past_key");
        names.remove("past_value");
        return Set.copyOf(names);
    }

    /**
     * Runs the layer on {@code x}.
     *
     * @param stored the type to which keys and values are rounded
     */
    static ReferenceLayer.Result forward(LayerOptions options, TensorSet in, RefTensor x, DataType stored) {
        RefTensor source = in.has("memory") ? in.real("memory") : x;
        RefTensor query = project(in, "q", x, options.heads());
        RefTensor key = project(in, "k", source, options.kvHeads());
        RefTensor value = PlainSteps.to(project(in, "v", source, options.kvHeads()), stored);
        query = rotate(normalize(query, in, "q_norm", options), in, options);
        key = PlainSteps.to(rotate(normalize(key, in, "k_norm", options), in, options), stored);
        AttentionProblem.Builder problem = AttentionProblem.of(
                        PlainAttention.nothing(query), PlainAttention.nothing(key), PlainAttention.nothing(key))
                .mask(in.find("attn_mask"))
                .lengths(in.find("nonpad_kv_seqlen"))
                .sinks(in.has("sinks") ? in.real("sinks") : null)
                .alibiSlopes(in.has("alibi_slopes") ? in.real("alibi_slopes") : null)
                .options(options.attention());
        PlainAttention plain = new PlainAttention(
                query,
                key,
                value,
                (float) options.attention().scaleFor(query.dim(3)),
                (float) options.attention().softcap(),
                PlainAttention.bias(problem),
                in.has("sinks") ? in.real("sinks") : null);
        RefTensor context = in.has("head_gate") ? gate(plain.output(), in.real("head_gate")) : plain.output();
        RefTensor y = PlainSteps.linear(Heads.merge(context), in.get("w_o"), in.find("b_o"));
        return new ReferenceLayer.Result(y, plain.weights(), key, value);
    }

    private static RefTensor project(TensorSet in, String part, RefTensor x, int heads) {
        return Heads.split("w_" + part, PlainSteps.linear(x, in.get("w_" + part), in.find("b_" + part)), heads);
    }

    private static RefTensor normalize(RefTensor x, TensorSet in, String name, LayerOptions options) {
        return in.has(name) ? PlainNorms.norm(x, in.real(name), null, options.normEpsilon(), true) : x;
    }

    private static RefTensor rotate(RefTensor x, TensorSet in, LayerOptions options) {
        if (options.rotary() == null) {
            return x;
        }
        HostTensor given = in.find("position_ids");
        HostTensor positions = given != null ? given : ReferenceRotary.consecutive(x.dim(0), x.dim(2), 0);
        return PlainSteps.round(ReferenceRotary.rotate(x, positions, options.rotary()));
    }

    private static RefTensor gate(RefTensor context, RefTensor gates) {
        RefTensor gated = RefTensor.zeros(context.shape());
        int run = context.dim(2) * context.dim(3);
        for (int i = 0; i < gated.values().length; i++) {
            double gate = gates.values()[i / run % context.dim(1)];
            // A head gated off is gone, whatever it holds.
            gated.values()[i] = gate == 0 ? 0 : (float) (context.values()[i] * gate);
        }
        return gated;
    }
}
