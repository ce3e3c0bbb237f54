package org.clattention.verify;

import java.util.Locale;
import java.util.OptionalDouble;
import java.util.Set;
import org.clattention.config.AttentionConfig;
import org.clattention.config.AttentionOptions;
import org.clattention.config.AttentionWeights;
import org.clattention.config.CausalAlignment;
import org.clattention.config.HeadExtras;
import org.clattention.config.HostTensor;
import org.clattention.config.RotaryConfig;
import org.clattention.config.RotaryScaling;
import org.jspecify.annotations.Nullable;

/** Attributes and weights of layer cases, as the public API takes them. */
final class CaseAttributes {
    /** Attributes of an attention layer. */
    static final Set<String> LAYER = Set.of(
            "num_heads",
            "num_kv_heads",
            "causal",
            "left_window",
            "right_window",
            "scale",
            "softcap",
            "norm_eps",
            "rope");

    private static final double LAYER_EPSILON = 1e-6;

    private CaseAttributes() {}

    /** The configuration of a layer; sizes that a case does not state follow from its tensors. */
    static AttentionConfig layer(Attributes attributes, CaseTensors tensors, String memory) {
        attributes.requireKnown(LAYER);
        int heads = required(attributes, "num_heads");
        int kvHeads = attributes.getInt("num_kv_heads", heads);
        return new AttentionConfig(
                Math.toIntExact(tensors.get("x").dim(-1)),
                Math.toIntExact(tensors.get(memory).dim(-1)),
                Math.toIntExact(tensors.get("w_o").dim(0)),
                heads,
                kvHeads,
                share("w_q", tensors, "num_heads", heads),
                share("w_v", tensors, "num_kv_heads", kvHeads),
                options(attributes),
                rotary(attributes),
                attributes.getDouble("norm_eps", LAYER_EPSILON));
    }

    /** The weights of a layer. */
    static AttentionWeights weights(CaseTensors tensors) {
        HeadExtras extras = new HeadExtras(
                tensors.find("q_norm"),
                tensors.find("k_norm"),
                tensors.find("sinks"),
                tensors.find("alibi_slopes"),
                tensors.find("head_gate"));
        return AttentionWeights.of(tensors.get("w_q"), tensors.get("w_k"), tensors.get("w_v"), tensors.get("w_o"))
                .withBiases(tensors.find("b_q"), tensors.find("b_k"), tensors.find("b_v"), tensors.find("b_o"))
                .withExtras(extras);
    }

    static AttentionOptions options(Attributes attributes) {
        return new AttentionOptions(
                scale(attributes),
                attributes.getBoolean("causal", false),
                CausalAlignment.TOP_LEFT,
                attributes.getInt("left_window", -1),
                attributes.getInt("right_window", -1),
                attributes.getDouble("softcap", 0));
    }

    static OptionalDouble scale(Attributes attributes) {
        return attributes.has("scale") ? OptionalDouble.of(attributes.getDouble("scale", 0)) : OptionalDouble.empty();
    }

    static int required(Attributes attributes, String name) {
        if (!attributes.has(name)) {
            throw new IllegalArgumentException("attribute " + name + ": is missing");
        }
        return attributes.getInt(name, 0);
    }

    /** One of an enum's constants, by its name in lower case. */
    static <E extends Enum<E>> E oneOf(Attributes attributes, String name, Class<E> type) {
        String value = attributes.getString(name, "");
        for (E constant : type.getEnumConstants()) {
            if (constant.name().toLowerCase(Locale.ROOT).equals(value)) {
                return constant;
            }
        }
        throw new IllegalArgumentException("attribute " + name + ": '" + value + "' is none of its values");
    }

    static @Nullable RotaryConfig rotary(Attributes attributes) {
        if (!attributes.has("rope")) {
            return null;
        }
        Attributes rope = attributes.getObject("rope");
        rope.requireKnown(Set.of("style", "theta", "dim", "scaling"));
        return new RotaryConfig(
                oneOf(rope, "style", RotaryConfig.Style.class),
                rope.getDouble("theta", 10000),
                rope.getInt("dim", 0),
                scaling(rope.getObject("scaling")));
    }

    private static RotaryScaling scaling(Attributes scaling) {
        scaling.requireKnown(Set.of(
                "type",
                "factor",
                "original_max_position_embeddings",
                "low_freq_factor",
                "high_freq_factor",
                "beta_fast",
                "beta_slow",
                "attention_factor"));
        String type = scaling.getString("type", "none");
        double factor = scaling.getDouble("factor", 1);
        double context = scaling.getDouble("original_max_position_embeddings", 0);
        return switch (type) {
            case "none" -> RotaryScaling.NONE;
            case "linear" -> new RotaryScaling.Linear(factor);
            case "llama3" ->
                new RotaryScaling.Llama3(
                        factor,
                        scaling.getDouble("low_freq_factor", 1),
                        scaling.getDouble("high_freq_factor", 4),
                        context);
            case "yarn" -> {
                RotaryScaling.Yarn paper = RotaryScaling.Yarn.of(factor, context);
                yield new RotaryScaling.Yarn(
                        factor,
                        context,
                        scaling.getDouble("beta_fast", paper.betaFast()),
                        scaling.getDouble("beta_slow", paper.betaSlow()),
                        scaling.getDouble("attention_factor", paper.attentionFactor()));
            }
            default -> throw new IllegalArgumentException("attribute type: '" + type + "' is no rotary scaling");
        };
    }

    private static int share(String name, CaseTensors tensors, String countName, int count) {
        HostTensor matrix = tensors.get(name);
        if (count < 1 || matrix.rank() != 2 || matrix.dim(0) % count != 0) {
            throw new IllegalArgumentException(
                    "attribute " + countName + ": " + count + " does not divide the rows of in." + name + " " + matrix);
        }
        return Math.toIntExact(matrix.dim(0) / count);
    }
}
