package org.clattention.verify;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.clattention.AttentionEngine;
import org.clattention.AttentionInputs;
import org.clattention.AttentionResult;
import org.clattention.KvCache;
import org.clattention.MultiHeadAttention;
import org.clattention.ReturnOptions;
import org.clattention.Tensor;
import org.clattention.config.AttentionConfig;
import org.clattention.config.CacheOptions;
import org.clattention.config.HostTensor;
import org.jspecify.annotations.Nullable;

/** The operation {@code multi_head_attention}: the layer. A past and a present go through a cache. */
final class EngineLayer {
    /** Inputs of the layer. */
    static final Set<String> INPUTS = Set.of(
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
            "sinks",
            "alibi_slopes",
            "head_gate",
            "attn_mask",
            "nonpad_kv_seqlen",
            "past_key",
            "past_value",
            "position_ids");

    private EngineLayer() {}

    static Map<String, HostTensor> run(
            AttentionEngine engine, GoldenCase goldenCase, CaseTensors tensors, CallPlan plan) {
        tensors.requireKnown(INPUTS);
        Tensor memory = tensors.uploadIfPresent("memory");
        AttentionConfig config =
                CaseAttributes.layer(goldenCase.attributes(), tensors, memory == null ? "x" : "memory");
        MultiHeadAttention layer = tensors.own(engine.multiHeadAttention(config, CaseAttributes.weights(tensors)));
        if (!plan.calls().isEmpty()) {
            return inCalls(engine, goldenCase, tensors, plan, layer);
        }
        Tensor x = tensors.upload("x");
        KvCache cache = cache(goldenCase, tensors, layer);
        boolean wantsWeights = goldenCase.outputs().containsKey("weights");
        AttentionInputs inputs = AttentionInputs.of(x)
                .withMemory(memory)
                .withMasks(tensors.masks())
                .withCache(cache)
                .withPositions(tensors.integers("position_ids"))
                .returning(new ReturnOptions(wantsWeights, null, false));
        try (AttentionResult result = layer.forward(inputs)) {
            Map<String, HostTensor> out = new HashMap<>();
            out.put("y", CaseTensors.download(result.output()));
            if (result.weights() != null) {
                out.put("weights", CaseTensors.download(result.weights()));
            }
            if (cache != null) {
                out.put("present_key", CaseTensors.download(tensors.own(cache.keys())));
                out.put("present_value", CaseTensors.download(tensors.own(cache.values())));
            }
            return out;
        }
    }

    private static Map<String, HostTensor> inCalls(
            AttentionEngine engine,
            GoldenCase goldenCase,
            CaseTensors tensors,
            CallPlan plan,
            MultiHeadAttention layer) {
        KvCache cache = plan.cache() == null
                ? null
                : StaleRows.fill(engine, tensors.own(layer.newCache(plan.cache())), layer.config());
        Map<String, HostTensor> out = new HashMap<>();
        out.put("y", PlannedCalls.run(engine, tensors, plan, cache, layer::forward));
        if (cache != null && goldenCase.outputs().containsKey("present_key")) {
            out.put("present_key", CaseTensors.download(tensors.own(cache.keys())));
        }
        if (cache != null && goldenCase.outputs().containsKey("present_value")) {
            out.put("present_value", CaseTensors.download(tensors.own(cache.values())));
        }
        return out;
    }

    private static @Nullable KvCache cache(GoldenCase goldenCase, CaseTensors tensors, MultiHeadAttention layer) {
        Set<String> names = new HashSet<>(goldenCase.outputs().keySet());
        names.addAll(goldenCase.inputs().keySet());
        if (!names.contains("past_key") && !names.contains("present_key") && !names.contains("present_value")) {
            return null;
        }
        if (names.contains("memory") || names.contains("nonpad_kv_seqlen")) {
            throw new UnsupportedCaseException("a cache together with a memory, or with lengths of past and new keys");
        }
        HostTensor x = tensors.get("x");
        int past = names.contains("past_key")
                ? Math.toIntExact(tensors.get("past_key").dim(2))
                : 0;
        int batch = Math.toIntExact(x.dim(0));
        int capacity = Math.toIntExact(past + x.dim(1));
        KvCache cache = tensors.own(
                layer.newCache(CacheOptions.contiguous(batch, capacity).withType(CaseTensors.storage(x.type()))));
        if (past > 0) {
            cache.append(tensors.upload("past_key"), tensors.upload("past_value"));
        }
        return cache;
    }
}
