package org.clattention.model.arch;

import java.util.OptionalInt;
import org.clattention.config.AttentionOptions;
import org.clattention.config.BlockAttentionWeights;
import org.clattention.config.LatentConfig;
import org.clattention.config.LatentWeights;
import org.clattention.config.RotaryConfig;
import org.clattention.io.InvalidFileException;
import org.clattention.model.SpecialTokens;

/**
 * DeepSeek-V2 (2024): multi-head latent attention, with dense feed-forward networks only. Rotated pairs are neighbours.
 * YaRN's {@code mscale_all_dim} multiplies the scores, as in the code published with the model.
 */
final class DeepSeekArchitecture extends GatedDecoder {
    /** The norms of the latents have this epsilon in the published code, whatever {@code rms_norm_eps} says. */
    private static final double LATENT_EPSILON = 1e-6;

    private final LatentConfig attention;

    DeepSeekArchitecture(ConfigJson config) {
        super(config, new Defaults(2048, false, SpecialTokens.of(100_000, 100_001)));
        refuseExperts();
        if (config.flag("attention_bias", false)) {
            throw config.refused("attention_bias", "is not supported in latent attention");
        }
        int keyHeads =
                config.optionalSize("num_key_value_heads", OptionalInt.empty()).orElse(heads);
        if (keyHeads != heads) {
            throw config.refused("num_key_value_heads", "must be num_attention_heads = " + heads);
        }
        LayerWindows.requireFull(config, layers);
        int nope = config.size("qk_nope_head_dim", 128);
        int rope = config.size("qk_rope_head_dim", 64);
        double scale = RotaryKeys.latentScale(config) / Math.sqrt(nope + rope);
        attention = new LatentConfig(
                width,
                heads,
                nope,
                rope,
                config.size("v_head_dim", 128),
                config.size("kv_lora_rank", 512),
                config.optionalSize("q_lora_rank", OptionalInt.of(1536)).orElse(0),
                AttentionOptions.DEFAULT.withCausal(true).withScale(scale),
                RotaryKeys.read(config, RotaryConfig.Style.INTERLEAVED, 10_000, maxPositions),
                LATENT_EPSILON,
                LatentConfig.Form.AUTO);
    }

    /** A layer is a mixture of experts from {@code first_k_dense_replace} on, if {@code moe_layer_freq} divides it. */
    private void refuseExperts() {
        if (!config.has("n_routed_experts") || config.count("n_routed_experts", 0) == 0) {
            return;
        }
        int dense = config.count("first_k_dense_replace", 0);
        int every = config.size("moe_layer_freq", 1);
        int first = (int) Math.min(layers, ((long) dense + every - 1) / every * every);
        if (first < layers) {
            throw new InvalidFileException(
                    config.file(),
                    "n_routed_experts = " + config.count("n_routed_experts", 0) + ": layer " + first
                            + " is a mixture of experts, which is not supported (first_k_dense_replace = " + dense
                            + ", moe_layer_freq = " + every + ", num_hidden_layers = " + layers + ")");
        }
    }

    @Override
    LatentConfig attention(int layer) {
        return attention;
    }

    @Override
    BlockAttentionWeights attention(WeightReader reader, String layer) {
        String name = layer + "self_attn.";
        LatentConfig c = attention;
        int rank = c.queryLatentSize();
        boolean direct = rank == 0;
        return new LatentWeights(
                direct ? reader.matrix(name + "q_proj.weight", c.queryWidth(), width) : null,
                direct ? null : reader.matrix(name + "q_a_proj.weight", rank, width),
                direct ? null : reader.vector(name + "q_a_layernorm.weight", rank),
                direct ? null : reader.matrix(name + "q_b_proj.weight", c.queryWidth(), rank),
                reader.matrix(name + "kv_a_proj_with_mqa.weight", c.cachedSize(), width),
                reader.vector(name + "kv_a_layernorm.weight", c.latentSize()),
                reader.matrix(name + "kv_b_proj.weight", c.expandedWidth(), c.latentSize()),
                reader.matrix(name + "o_proj.weight", width, (long) heads * c.valueHeadSize()));
    }
}
