package org.clattention.verify;

import java.util.HashMap;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import org.clattention.AttentionConfig;
import org.clattention.AttentionEngine;
import org.clattention.AttentionInputs;
import org.clattention.AttentionOptions;
import org.clattention.AttentionResult;
import org.clattention.AttentionWeights;
import org.clattention.CausalAlignment;
import org.clattention.HostTensor;
import org.clattention.MultiHeadAttention;
import org.clattention.ReturnOptions;
import org.clattention.Tensor;

/** The operation {@code multi_head_attention}: the layer. */
final class EngineLayer {
    private static final Set<String> ATTRIBUTES = Set.of(
            "num_heads",
            "num_kv_heads",
            "causal",
            "left_window",
            "right_window",
            "scale",
            "softcap",
            "norm_eps",
            "rope");
    private static final Set<String> INPUTS = Set.of(
            "x", "memory", "w_q", "w_k", "w_v", "w_o", "b_q", "b_k", "b_v", "b_o", "attn_mask", "nonpad_kv_seqlen");
    private static final Set<String> MISSING_INPUTS =
            Set.of("q_norm", "k_norm", "past_key", "past_value", "position_ids", "sinks", "alibi_slopes", "head_gate");

    private EngineLayer() {}

    static Map<String, HostTensor> run(AttentionEngine engine, GoldenCase goldenCase, CaseTensors tensors) {
        Attributes attributes = goldenCase.attributes();
        attributes.requireKnown(ATTRIBUTES);
        tensors.requireKnown(INPUTS, MISSING_INPUTS);
        if (attributes.has("rope")) {
            throw new UnsupportedCaseException("the engine does not have rotary embedding yet");
        }
        for (String output : goldenCase.outputs().keySet()) {
            if (output.startsWith("present_")) {
                throw new UnsupportedCaseException("the engine does not return " + output + " yet");
            }
        }
        Tensor x = tensors.upload("x");
        Tensor memory = tensors.uploadIfPresent("memory");
        MultiHeadAttention layer = tensors.own(engine.multiHeadAttention(
                config(attributes, tensors, x, memory == null ? x : memory), weights(tensors)));
        boolean wantsWeights = goldenCase.outputs().containsKey("weights");
        AttentionInputs inputs = AttentionInputs.of(x)
                .withMemory(memory)
                .withMasks(tensors.masks())
                .returning(new ReturnOptions(wantsWeights, null, false));
        try (AttentionResult result = layer.forward(inputs)) {
            Map<String, HostTensor> out = new HashMap<>();
            out.put("y", CaseTensors.download(result.output()));
            if (result.weights() != null) {
                out.put("weights", CaseTensors.download(result.weights()));
            }
            return out;
        }
    }

    private static AttentionWeights weights(CaseTensors tensors) {
        return AttentionWeights.of(tensors.get("w_q"), tensors.get("w_k"), tensors.get("w_v"), tensors.get("w_o"))
                .withBiases(tensors.find("b_q"), tensors.find("b_k"), tensors.find("b_v"), tensors.find("b_o"));
    }

    /** Sizes that a case does not state follow from its tensors. */
    private static AttentionConfig config(Attributes attributes, CaseTensors tensors, Tensor x, Tensor memory) {
        int heads = attributes.getInt("num_heads", 0);
        int kvHeads = attributes.getInt("num_kv_heads", heads);
        AttentionOptions options = new AttentionOptions(
                attributes.has("scale") ? OptionalDouble.of(attributes.getDouble("scale", 0)) : OptionalDouble.empty(),
                attributes.getBoolean("causal", false),
                CausalAlignment.TOP_LEFT,
                attributes.getInt("left_window", -1),
                attributes.getInt("right_window", -1),
                attributes.getDouble("softcap", 0));
        return new AttentionConfig(
                Math.toIntExact(x.dim(-1)),
                Math.toIntExact(memory.dim(-1)),
                Math.toIntExact(tensors.get("w_o").dim(0)),
                heads,
                kvHeads,
                share("w_q", tensors, "num_heads", heads),
                share("w_v", tensors, "num_kv_heads", kvHeads),
                options);
    }

    private static int share(String name, CaseTensors tensors, String countName, int count) {
        long rows = tensors.get(name).dim(0);
        if (count < 1 || rows % count != 0) {
            throw new IllegalArgumentException(
                    "attribute " + countName + ": " + count + " does not divide the " + rows + " rows of in." + name);
        }
        return Math.toIntExact(rows / count);
    }
}
