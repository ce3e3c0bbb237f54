package org.clattention.verify;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.Set;
import org.clattention.config.AttentionOptions;
import org.clattention.config.BlockConfig.NormPosition;
import org.clattention.config.CausalAlignment;
import org.clattention.reference.LatentOptions;
import org.clattention.reference.LayerOptions;
import org.clattention.reference.ReferenceActivations;
import org.clattention.reference.ReferenceBlock;
import org.clattention.reference.ReferenceRotaryScaling;
import org.clattention.reference.RotaryOptions;
import org.jspecify.annotations.Nullable;

/** Attributes of the layer operations as options of the reference. */
final class ReferenceAttributes {
    private ReferenceAttributes() {}

    /** Of {@code multi_head_attention}. */
    static LayerOptions layer(Attributes attributes) {
        attributes.requireKnown(Set.of(
                "num_heads",
                "num_kv_heads",
                "causal",
                "left_window",
                "right_window",
                "scale",
                "softcap",
                "norm_eps",
                "rope"));
        int heads = required(attributes, "num_heads");
        AttentionOptions attention = new AttentionOptions(
                scale(attributes),
                attributes.getBoolean("causal", false),
                CausalAlignment.TOP_LEFT,
                attributes.getInt("left_window", -1),
                attributes.getInt("right_window", -1),
                attributes.getDouble("softcap", 0));
        return new LayerOptions(
                heads,
                attributes.getInt("num_kv_heads", heads),
                attention,
                attributes.getDouble("norm_eps", 1e-6),
                rotary(attributes));
    }

    /** Of {@code latent_attention}; {@code scale} overrides 1/√(dn + dr). */
    static LatentOptions latent(Attributes attributes) {
        attributes.requireKnown(Set.of(
                "num_heads",
                "qk_nope_head_dim",
                "qk_rope_head_dim",
                "v_head_dim",
                "kv_lora_rank",
                "q_lora_rank",
                "rope",
                "causal",
                "scale",
                "norm_eps"));
        return new LatentOptions(
                required(attributes, "num_heads"),
                required(attributes, "qk_nope_head_dim"),
                required(attributes, "qk_rope_head_dim"),
                required(attributes, "v_head_dim"),
                required(attributes, "kv_lora_rank"),
                attributes.getInt("q_lora_rank", 0),
                scale(attributes),
                attributes.getBoolean("causal", false),
                attributes.getDouble("norm_eps", 1e-6),
                rotary(attributes));
    }

    /** Of {@code transformer_block}. */
    static ReferenceBlock.Options block(Attributes attributes) {
        attributes.requireKnown(Set.of("norm", "norm_position", "norm_eps", "activation", "attention"));
        String[] activations = Arrays.stream(ReferenceActivations.values())
                .map(activation -> activation.name().toLowerCase(Locale.ROOT))
                .toArray(String[]::new);
        String activation = oneOf(attributes, "activation", activations);
        return new ReferenceBlock.Options(
                oneOf(attributes, "norm", "layer", "rms").equals("rms"),
                NormPosition.valueOf(oneOf(attributes, "norm_position", "pre", "post", "sandwich")
                        .toUpperCase(Locale.ROOT)),
                attributes.getDouble("norm_eps", 1e-5),
                ReferenceActivations.valueOf(activation.toUpperCase(Locale.ROOT)),
                layer(attributes.getObject("attention")));
    }

    private static @Nullable RotaryOptions rotary(Attributes attributes) {
        if (!attributes.has("rope")) {
            return null;
        }
        Attributes rope = attributes.getObject("rope");
        rope.requireKnown(Set.of("style", "theta", "dim", "scaling"));
        return new RotaryOptions(
                oneOf(rope, "style", "half", "interleaved").equals("interleaved"),
                rope.getDouble("theta", 10000),
                rope.getInt("dim", 0),
                scaling(rope));
    }

    private static ReferenceRotaryScaling scaling(Attributes rope) {
        if (!rope.has("scaling")) {
            return ReferenceRotaryScaling.none();
        }
        Attributes scaling = rope.getObject("scaling");
        String type = oneOf(scaling, "type", "none", "linear", "llama3", "yarn");
        double factor = scaling.getDouble("factor", 1);
        double context = scaling.getDouble("original_max_position_embeddings", 0);
        switch (type) {
            case "linear" -> {
                scaling.requireKnown(Set.of("type", "factor"));
                return new ReferenceRotaryScaling.Linear(factor);
            }
            case "llama3" -> {
                scaling.requireKnown(Set.of(
                        "type", "factor", "original_max_position_embeddings", "low_freq_factor", "high_freq_factor"));
                return new ReferenceRotaryScaling.Llama3(
                        factor,
                        scaling.getDouble("low_freq_factor", 1),
                        scaling.getDouble("high_freq_factor", 4),
                        context);
            }
            case "yarn" -> {
                scaling.requireKnown(Set.of(
                        "type",
                        "factor",
                        "original_max_position_embeddings",
                        "beta_fast",
                        "beta_slow",
                        "attention_factor"));
                return new ReferenceRotaryScaling.Yarn(
                        factor,
                        context,
                        scaling.getDouble("beta_fast", 32),
                        scaling.getDouble("beta_slow", 1),
                        scaling.getDouble("attention_factor", ReferenceRotaryScaling.Yarn.paperAmplitude(factor, 1)));
            }
            default -> {
                scaling.requireKnown(Set.of("type"));
                return ReferenceRotaryScaling.none();
            }
        }
    }

    private static OptionalDouble scale(Attributes attributes) {
        return attributes.has("scale") ? OptionalDouble.of(attributes.getDouble("scale", 0)) : OptionalDouble.empty();
    }

    private static int required(Attributes attributes, String name) {
        if (!attributes.has(name)) {
            throw new IllegalArgumentException("attribute " + name + ": is missing");
        }
        return attributes.getInt(name, 0);
    }

    private static String oneOf(Attributes attributes, String name, String... values) {
        String value = attributes.getString(name, "");
        if (!List.of(values).contains(value)) {
            throw new IllegalArgumentException(
                    "attribute " + name + ": '" + value + "' must be one of " + List.of(values));
        }
        return value;
    }
}
