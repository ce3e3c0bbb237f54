package org.clattention.verify;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.clattention.AttentionEngine;
import org.clattention.AttentionInputs;
import org.clattention.AttentionResult;
import org.clattention.KvCache;
import org.clattention.ReturnOptions;
import org.clattention.TransformerBlock;
import org.clattention.config.Activation;
import org.clattention.config.AttentionConfig;
import org.clattention.config.BlockConfig;
import org.clattention.config.BlockWeights;
import org.clattention.config.HostTensor;

/** The operation {@code transformer_block}. */
final class EngineBlock {
    private static final Set<String> FEED_FORWARD = Set.of(
            "norm1_weight",
            "norm1_bias",
            "norm2_weight",
            "norm2_bias",
            "attention_norm_weight",
            "feed_forward_norm_weight",
            "w_up",
            "b_up",
            "w_down",
            "b_down",
            "w_gate",
            "b_gate");

    private EngineBlock() {}

    static Map<String, HostTensor> run(
            AttentionEngine engine, GoldenCase goldenCase, CaseTensors tensors, CallPlan plan) {
        Attributes attributes = goldenCase.attributes();
        attributes.requireKnown(Set.of("norm", "norm_position", "norm_eps", "activation", "attention"));
        Set<String> inputs = new HashSet<>(EngineLayer.INPUTS);
        inputs.addAll(FEED_FORWARD);
        tensors.requireKnown(inputs);
        if (tensors.find("past_key") != null) {
            throw new UnsupportedCaseException("a block with a past");
        }
        AttentionConfig attention = CaseAttributes.layer(attributes.getObject("attention"), tensors, "x");
        BlockConfig config = new BlockConfig(
                attention,
                CaseAttributes.oneOf(attributes, "norm", BlockConfig.Norm.class),
                CaseAttributes.oneOf(attributes, "norm_position", BlockConfig.NormPosition.class),
                attributes.getDouble("norm_eps", 1e-5),
                CaseAttributes.oneOf(attributes, "activation", Activation.class),
                Math.toIntExact(tensors.get("w_up").dim(0)));
        TransformerBlock block = tensors.own(engine.transformerBlock(config, weights(tensors)));
        if (!plan.calls().isEmpty()) {
            KvCache cache = plan.cache() == null
                    ? null
                    : StaleRows.fill(engine, tensors.own(block.newCache(plan.cache())), attention);
            return Map.of("y", PlannedCalls.run(engine, tensors, plan, cache, block::forward));
        }
        AttentionInputs call = AttentionInputs.of(tensors.upload("x"))
                .withMasks(tensors.masks())
                .withPositions(tensors.integers("position_ids"))
                .returning(goldenCase.outputs().containsKey("weights") ? ReturnOptions.WEIGHTS : ReturnOptions.OUTPUT);
        try (AttentionResult result = block.forward(call)) {
            HostTensor y = CaseTensors.download(result.output());
            return result.weights() == null
                    ? Map.of("y", y)
                    : Map.of("y", y, "weights", CaseTensors.download(result.weights()));
        }
    }

    private static BlockWeights weights(CaseTensors tensors) {
        return new BlockWeights(
                CaseAttributes.weights(tensors),
                tensors.get("norm1_weight"),
                tensors.find("norm1_bias"),
                tensors.get("norm2_weight"),
                tensors.find("norm2_bias"),
                tensors.find("attention_norm_weight"),
                tensors.find("feed_forward_norm_weight"),
                tensors.find("w_gate"),
                tensors.find("b_gate"),
                tensors.get("w_up"),
                tensors.find("b_up"),
                tensors.get("w_down"),
                tensors.find("b_down"));
    }
}
