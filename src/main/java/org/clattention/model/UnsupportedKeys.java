package org.clattention.model;

import java.util.List;
import java.util.Map;

/** Keys of configurations that change the mathematics of any family in ways that are not supported. */
final class UnsupportedKeys {
    private UnsupportedKeys() {}

    /**
     * Keys that change the mathematics in families that read them, and their values that change nothing. In a family that does
     * not ask for them, any other value would be passed over without a word. Null is always as good as absent.
     */
    private static final Map<String, List<Object>> NEUTRAL = Map.ofEntries(
            // Who may see whom.
            Map.entry("is_causal", List.of(true)),
            Map.entry("causal", List.of(true)),
            Map.entry("bidirectional", List.of(false)),
            Map.entry("use_sliding_window", List.of(false)),
            Map.entry("attention_chunk_size", List.of()),
            Map.entry("attention_sinks", List.of(false)),
            Map.entry("attn_window_size", List.of()),
            // Positions.
            Map.entry("alibi", List.of(false)),
            Map.entry("use_alibi", List.of(false)),
            Map.entry("use_rope", List.of(true)),
            Map.entry("use_mrope", List.of(false)),
            Map.entry("no_rope_layers", List.of(List.of())),
            Map.entry("no_rope_layer_interval", List.of()),
            Map.entry("rope_local_base_freq", List.of()),
            Map.entry("rope_interleaved", List.of()),
            Map.entry("rope_traditional", List.of()),
            Map.entry("rotary_dim", List.of()),
            Map.entry("rotary_pct", List.of(1.0)),
            Map.entry("position_embedding_type", List.of("absolute", "rope")),
            // Scores and logits.
            Map.entry("attn_logit_softcapping", List.of()),
            Map.entry("final_logit_softcapping", List.of()),
            Map.entry("query_pre_attn_scalar", List.of()),
            Map.entry("attention_multiplier", List.of()),
            Map.entry("softmax_scale", List.of()),
            Map.entry("logits_scaling", List.of(1.0)),
            Map.entry("logit_scale", List.of(1.0)),
            Map.entry("attn_temperature_tuning", List.of(false, 0.0)),
            // Scales and clips between the layers.
            Map.entry("embedding_multiplier", List.of(1.0)),
            Map.entry("residual_multiplier", List.of(1.0)),
            Map.entry("lm_head_multiplier", List.of(1.0)),
            Map.entry("scale_emb", List.of(1.0)),
            Map.entry("scale_depth", List.of()),
            Map.entry("scale_embedding", List.of(false)),
            Map.entry("normalize_embedding", List.of(false)),
            Map.entry("clip_qkv", List.of()),
            Map.entry("qk_layernorm", List.of(false)),
            Map.entry("use_qk_norm", List.of(false)),
            // Another order of the parts.
            Map.entry("use_parallel_residual", List.of(false)),
            Map.entry("parallel_attn", List.of(false)),
            Map.entry("parallel_residual", List.of(false)),
            Map.entry("apply_residual_connection_post_layernorm", List.of(false)));

    /** Fails at the first of those keys that has another value, and that the family did not ask for. */
    static void refuseUnread(ConfigJson config) {
        NEUTRAL.keySet().stream().sorted().filter(key -> !config.isAsked(key)).forEach(key -> {
            Object value = config.peek(key);
            Object comparable = value instanceof Number number ? (Object) number.doubleValue() : value;
            List<Object> neutral = NEUTRAL.getOrDefault(key, List.of());
            if (value != null && !neutral.contains(comparable)) {
                throw config.refused(
                        key,
                        "is not supported in " + Architectures.name(config)
                                + (neutral.isEmpty() ? "" : ": it must be " + neutral.get(0)));
            }
        });
    }

    /** Fails at the first such key. */
    static void refuse(ConfigJson config) {
        if (config.has("quantization_config")) {
            throw config.refused("quantization_config", "is not supported: weights must be F64, F32, F16 or BF16");
        }
        for (String key : List.of("num_local_experts", "num_experts")) {
            if (config.has(key) && config.count(key, 0) > 0) {
                throw config.refused(key, "is not supported: no mixtures of experts");
            }
        }
        for (String key :
                List.of("is_encoder_decoder", "add_cross_attention", "use_bidirectional_attention", "is_decoder")) {
            if (config.has(key) && config.flag(key, false)) {
                throw config.refused(key, "is not supported");
            }
        }
        if (config.has("partial_rotary_factor") && config.number("partial_rotary_factor") != 1) {
            throw config.refused("partial_rotary_factor", "is not supported: it must be 1");
        }
        if (config.has("pruned_heads") && !config.isEmpty("pruned_heads")) {
            throw config.refused("pruned_heads", "is not supported");
        }
    }
}
