package org.clattention.verify;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.clattention.AttentionEngine;
import org.clattention.AttentionInputs;
import org.clattention.AttentionResult;
import org.clattention.KvCache;
import org.clattention.LatentAttention;
import org.clattention.config.CacheOptions;
import org.clattention.config.DataType;
import org.clattention.config.HostTensor;
import org.clattention.config.LatentConfig;
import org.clattention.config.LatentWeights;

/** The operation {@code latent_attention}. Its cache holds the rows [latent | shared key] that cases keep apart. */
final class EngineLatentAttention {
    private static final Set<String> ATTRIBUTES = Set.of(
            "num_heads",
            "qk_nope_head_dim",
            "qk_rope_head_dim",
            "v_head_dim",
            "kv_lora_rank",
            "q_lora_rank",
            "rope",
            "causal",
            "scale",
            "norm_eps");
    private static final Set<String> INPUTS = Set.of(
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

    private EngineLatentAttention() {}

    static Map<String, HostTensor> run(
            AttentionEngine engine, GoldenCase goldenCase, CaseTensors tensors, CallPlan plan) {
        goldenCase.attributes().requireKnown(ATTRIBUTES);
        tensors.requireKnown(INPUTS);
        HostTensor x = tensors.get("x");
        LatentConfig config =
                config(goldenCase.attributes(), Math.toIntExact(x.dim(-1))).withForm(plan.form());
        LatentAttention layer = tensors.own(engine.latentAttention(config, weights(tensors)));
        if (!plan.calls().isEmpty()) {
            KvCache given = plan.cache() == null
                    ? null
                    : StaleRows.fill(engine, tensors.own(layer.newCache(plan.cache())), config);
            return Map.of("y", PlannedCalls.run(engine, tensors, plan, given, layer::forward));
        }
        HostTensor pastLatent = tensors.find("past_latent");
        int past = pastLatent == null ? 0 : Math.toIntExact(pastLatent.dim(1));
        int capacity = Math.toIntExact(past + x.dim(1));
        KvCache cache = tensors.own(layer.newCache(
                CacheOptions.contiguous(Math.toIntExact(x.dim(0)), capacity).withType(CaseTensors.storage(x.type()))));
        if (pastLatent != null && past > 0) {
            cache.append(tensors.own(engine.tensor(join(pastLatent, tensors.get("past_rope_key")))), null);
        }
        AttentionInputs inputs = AttentionInputs.of(tensors.upload("x")).withCache(cache);
        try (AttentionResult result = layer.forward(inputs)) {
            Map<String, HostTensor> out = new HashMap<>();
            out.put("y", CaseTensors.download(result.output()));
            HostTensor rows = CaseTensors.download(tensors.own(cache.keys()));
            out.put("present_latent", part(rows, 0, config.latentSize()));
            out.put("present_rope_key", part(rows, config.latentSize(), config.cachedSize()));
            return out;
        }
    }

    private static LatentConfig config(Attributes attributes, int width) {
        return new LatentConfig(
                width,
                CaseAttributes.required(attributes, "num_heads"),
                CaseAttributes.required(attributes, "qk_nope_head_dim"),
                CaseAttributes.required(attributes, "qk_rope_head_dim"),
                CaseAttributes.required(attributes, "v_head_dim"),
                CaseAttributes.required(attributes, "kv_lora_rank"),
                attributes.getInt("q_lora_rank", 0),
                CaseAttributes.options(attributes),
                CaseAttributes.rotary(attributes),
                attributes.getDouble("norm_eps", 1e-6),
                LatentConfig.Form.AUTO);
    }

    private static LatentWeights weights(CaseTensors tensors) {
        return new LatentWeights(
                tensors.find("w_q"),
                tensors.find("w_q_a"),
                tensors.find("q_a_norm"),
                tensors.find("w_q_b"),
                tensors.get("w_kv_a"),
                tensors.get("kv_a_norm"),
                tensors.get("w_kv_b"),
                tensors.get("w_o"));
    }

    /** [B, P, r] and [B, P, dr] as [B, 1, P, r + dr]. */
    private static HostTensor join(HostTensor latent, HostTensor ropeKey) {
        int r = Math.toIntExact(latent.dim(2));
        int dr = Math.toIntExact(ropeKey.dim(2));
        int rows = Math.toIntExact(latent.dim(0) * latent.dim(1));
        float[] joined = new float[rows * (r + dr)];
        for (int row = 0; row < rows; row++) {
            for (int c = 0; c < r; c++) {
                joined[row * (r + dr) + c] = latent.getFloat(row * r + c);
            }
            for (int c = 0; c < dr; c++) {
                joined[row * (r + dr) + r + c] = ropeKey.getFloat(row * dr + c);
            }
        }
        return HostTensor.of(joined, latent.dim(0), 1, latent.dim(1), r + dr);
    }

    /** Components {@code from} to {@code to} of each row of [B, 1, T, size], as [B, T, to − from]. */
    private static HostTensor part(HostTensor rows, int from, int to) {
        int size = Math.toIntExact(rows.dim(3));
        int count = Math.toIntExact(rows.dim(0) * rows.dim(2));
        ByteBuffer out =
                ByteBuffer.allocate(count * (to - from) * rows.type().bytes()).order(ByteOrder.LITTLE_ENDIAN);
        int bytes = rows.type().bytes();
        for (int row = 0; row < count; row++) {
            out.put(rows.data().slice((row * size + from) * bytes, (to - from) * bytes));
        }
        DataType type = rows.type();
        return HostTensor.wrap(type, out.flip(), rows.dim(0), rows.dim(2), to - from);
    }
}
