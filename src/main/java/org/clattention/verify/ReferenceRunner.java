package org.clattention.verify;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.clattention.config.HostTensor;
import org.clattention.reference.LayerOptions;
import org.clattention.reference.RefTensor;
import org.clattention.reference.ReferenceActivations;
import org.clattention.reference.ReferenceBlock;
import org.clattention.reference.ReferenceLatentAttention;
import org.clattention.reference.ReferenceLayer;
import org.clattention.reference.ReferenceNorms;
import org.clattention.reference.ReferenceRotary;
import org.clattention.reference.ReferenceSoftmax;
import org.clattention.reference.TensorSet;

/** Answers golden cases with the float64 reference. All operations, all input types; results are F64. */
public final class ReferenceRunner implements CaseRunner {
    @Override
    public Map<String, HostTensor> run(GoldenCase goldenCase) {
        TensorSet in = new TensorSet(goldenCase.inputs());
        Attributes attributes = goldenCase.attributes();
        Map<String, RefTensor> results = switch (goldenCase.op()) {
            case "attention" ->
                ReferenceAttentionOperator.run(
                        in, attributes, goldenCase.outputs().keySet());
            case "multi_head_attention" ->
                multiHeadAttention(in, attributes, goldenCase.outputs().containsKey("weights"));
            case "latent_attention" -> latentAttention(in, attributes);
            case "transformer_block" -> transformerBlock(in, attributes);
            case "rotary_embedding" -> rotaryEmbedding(in, attributes);
            case "layer_normalization" -> layerNormalization(in, attributes);
            case "rms_normalization" -> rmsNormalization(in, attributes);
            case "gelu" -> gelu(in, attributes);
            case "swish" -> swish(in, attributes);
            case "softmax" -> softmax(in, attributes);
            default -> throw new UnsupportedCaseException("no operation " + goldenCase.op());
        };
        for (String wanted : goldenCase.outputs().keySet()) {
            if (!results.containsKey(wanted)) {
                throw new IllegalArgumentException(
                        wanted + ": " + goldenCase.op() + " has no such output with these inputs");
            }
        }
        Map<String, HostTensor> tensors = new HashMap<>();
        results.forEach((name, tensor) -> tensors.put(name, tensor.toHost()));
        return tensors;
    }

    private static Map<String, RefTensor> multiHeadAttention(TensorSet in, Attributes attributes, boolean weights) {
        in.requireKnown(ReferenceLayer.INPUTS);
        LayerOptions options = ReferenceAttributes.layer(attributes);
        ReferenceLayer.Result result = ReferenceLayer.forward(options, in, weights);
        Map<String, RefTensor> out = new HashMap<>();
        out.put("y", result.y());
        out.put("present_key", result.presentKey());
        out.put("present_value", result.presentValue());
        if (result.weights() != null) {
            out.put("weights", result.weights());
        }
        return out;
    }

    private static Map<String, RefTensor> latentAttention(TensorSet in, Attributes attributes) {
        in.requireKnown(ReferenceLatentAttention.INPUTS);
        ReferenceLatentAttention.Result result =
                ReferenceLatentAttention.forward(ReferenceAttributes.latent(attributes), in);
        return Map.of(
                "y", result.y(),
                "present_latent", result.presentLatent(),
                "present_rope_key", result.presentRopeKey());
    }

    private static Map<String, RefTensor> transformerBlock(TensorSet in, Attributes attributes) {
        in.requireKnown(ReferenceBlock.INPUTS);
        return Map.of("y", ReferenceBlock.forward(ReferenceAttributes.block(attributes), in));
    }

    private static Map<String, RefTensor> rotaryEmbedding(TensorSet in, Attributes attributes) {
        attributes.requireKnown(Set.of("interleaved", "num_heads", "rotary_embedding_dim"));
        in.requireKnown(Set.of("input", "cos_cache", "sin_cache", "position_ids"));
        CaseHeadLayout layout =
                CaseHeadLayout.of("input", in.real("input"), attributes.getInt("num_heads", 0), "num_heads");
        RefTensor output = ReferenceRotary.rotate(
                layout.heads(),
                in.real("cos_cache"),
                in.real("sin_cache"),
                in.findIntegers("position_ids", "[B, S]", -1, -1),
                attributes.getBoolean("interleaved", false),
                attributes.getInt("rotary_embedding_dim", 0));
        return Map.of("output", layout.restore(output));
    }

    private static Map<String, RefTensor> layerNormalization(TensorSet in, Attributes attributes) {
        attributes.requireKnown(Set.of("axis", "epsilon", "stash_type"));
        in.requireKnown(Set.of("X", "W", "B"));
        ReferenceNorms.LayerNormResult result = ReferenceNorms.layerNorm(
                in.real("X"),
                in.real("W"),
                in.has("B") ? in.real("B") : null,
                attributes.getInt("axis", -1),
                attributes.getDouble("epsilon", 1e-5));
        return Map.of("Y", result.y(), "Mean", result.mean(), "InvStdDev", result.inverseStandardDeviation());
    }

    private static Map<String, RefTensor> rmsNormalization(TensorSet in, Attributes attributes) {
        attributes.requireKnown(Set.of("axis", "epsilon", "stash_type"));
        in.requireKnown(Set.of("X", "W"));
        int axis = attributes.getInt("axis", -1);
        return Map.of(
                "Y", ReferenceNorms.rmsNorm(in.real("X"), in.real("W"), axis, attributes.getDouble("epsilon", 1e-5)));
    }

    private static Map<String, RefTensor> gelu(TensorSet in, Attributes attributes) {
        attributes.requireKnown(Set.of("approximate"));
        in.requireKnown(Set.of("x"));
        String approximate = attributes.getString("approximate", "none");
        ReferenceActivations activation = switch (approximate) {
            case "none" -> ReferenceActivations.GELU;
            case "tanh" -> ReferenceActivations.GELU_TANH;
            default ->
                throw new IllegalArgumentException("attribute approximate: " + approximate + " must be none or tanh");
        };
        return Map.of("y", activation.apply(in.real("x")));
    }

    private static Map<String, RefTensor> swish(TensorSet in, Attributes attributes) {
        attributes.requireKnown(Set.of("alpha"));
        in.requireKnown(Set.of("x"));
        return Map.of("y", ReferenceActivations.swish(in.real("x"), attributes.getDouble("alpha", 1)));
    }

    private static Map<String, RefTensor> softmax(TensorSet in, Attributes attributes) {
        attributes.requireKnown(Set.of("axis"));
        in.requireKnown(Set.of("x"));
        return Map.of("y", ReferenceSoftmax.softmax(in.real("x"), attributes.getInt("axis", -1)));
    }
}
