package org.clattention.verify;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.clattention.AttentionEngine;
import org.clattention.Operators;
import org.clattention.Tensor;
import org.clattention.config.Activation;
import org.clattention.config.HostTensor;
import org.clattention.config.RotaryConfig.Style;

/** The ONNX operators around attention. */
final class EngineOperators {
    private EngineOperators() {}

    static Map<String, HostTensor> softmax(AttentionEngine engine, GoldenCase goldenCase, CaseTensors tensors) {
        Attributes attributes = known(goldenCase, tensors, Set.of("axis"), Set.of("x"));
        return y(engine.softmax(tensors.upload("x"), attributes.getInt("axis", -1)));
    }

    static Map<String, HostTensor> layerNormalization(
            AttentionEngine engine, GoldenCase goldenCase, CaseTensors tensors) {
        Attributes attributes =
                known(goldenCase, tensors, Set.of("axis", "epsilon", "stash_type"), Set.of("X", "W", "B"));
        Tensor x = tensors.upload("X");
        Tensor weight = tensors.uploadAsFloats("W");
        Tensor bias = tensors.uploadAsFloatsIfPresent("B");
        int axis = attributes.getInt("axis", -1);
        double epsilon = attributes.getDouble("epsilon", 1e-5);
        try (Operators.NormResult result = engine.operators().layerNormWithStatistics(x, weight, bias, axis, epsilon)) {
            Map<String, HostTensor> out = new HashMap<>();
            out.put("Y", CaseTensors.download(result.y()));
            if (result.mean() != null && result.inverseDeviation() != null) {
                out.put("Mean", CaseTensors.download(result.mean()));
                out.put("InvStdDev", CaseTensors.download(result.inverseDeviation()));
            }
            return out;
        }
    }

    static Map<String, HostTensor> rmsNormalization(
            AttentionEngine engine, GoldenCase goldenCase, CaseTensors tensors) {
        Attributes attributes = known(goldenCase, tensors, Set.of("axis", "epsilon", "stash_type"), Set.of("X", "W"));
        Tensor x = tensors.upload("X");
        Tensor weight = tensors.uploadAsFloats("W");
        int axis = attributes.getInt("axis", -1);
        try (Tensor y = engine.operators().rmsNorm(x, weight, axis, attributes.getDouble("epsilon", 1e-5))) {
            return Map.of("Y", CaseTensors.download(y));
        }
    }

    static Map<String, HostTensor> gelu(AttentionEngine engine, GoldenCase goldenCase, CaseTensors tensors) {
        Attributes attributes = known(goldenCase, tensors, Set.of("approximate"), Set.of("x"));
        String approximate = attributes.getString("approximate", "none");
        Activation activation = switch (approximate) {
            case "none" -> Activation.GELU;
            case "tanh" -> Activation.GELU_TANH;
            default ->
                throw new IllegalArgumentException("attribute approximate: " + approximate + " must be none or tanh");
        };
        return y(engine.operators().activate(tensors.upload("x"), activation));
    }

    static Map<String, HostTensor> swish(AttentionEngine engine, GoldenCase goldenCase, CaseTensors tensors) {
        Attributes attributes = known(goldenCase, tensors, Set.of("alpha"), Set.of("x"));
        return y(engine.operators().swish(tensors.upload("x"), attributes.getDouble("alpha", 1)));
    }

    static Map<String, HostTensor> rotaryEmbedding(AttentionEngine engine, GoldenCase goldenCase, CaseTensors tensors) {
        Attributes attributes = known(
                goldenCase,
                tensors,
                Set.of("interleaved", "num_heads", "rotary_embedding_dim"),
                Set.of("input", "cos_cache", "sin_cache", "position_ids"));
        try (Tensor output = engine.operators()
                .rotate(
                        tensors.upload("input"),
                        tensors.uploadAsFloats("cos_cache"),
                        tensors.uploadAsFloats("sin_cache"),
                        tensors.integers("position_ids"),
                        attributes.getBoolean("interleaved", false) ? Style.INTERLEAVED : Style.HALF,
                        attributes.getInt("num_heads", 0),
                        attributes.getInt("rotary_embedding_dim", 0))) {
            return Map.of("output", CaseTensors.download(output));
        }
    }

    private static Attributes known(
            GoldenCase goldenCase, CaseTensors tensors, Set<String> attributes, Set<String> inputs) {
        goldenCase.attributes().requireKnown(attributes);
        tensors.requireKnown(inputs);
        return goldenCase.attributes();
    }

    private static Map<String, HostTensor> y(Tensor result) {
        try (Tensor y = result) {
            return Map.of("y", CaseTensors.download(y));
        }
    }
}
