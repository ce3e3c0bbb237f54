package org.clattention.model;

import java.util.List;

/** Keys of configurations that change the mathematics of any family in ways that are not supported. */
final class UnsupportedKeys {
    private UnsupportedKeys() {}

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
