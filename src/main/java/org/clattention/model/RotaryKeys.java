package org.clattention.model;

import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import org.clattention.RotaryConfig;
import org.clattention.RotaryScaling;
import org.clattention.io.InvalidFileException;
import org.jspecify.annotations.Nullable;

/**
 * The rotary embedding of a configuration: {@code rope_theta} with {@code rope_scaling}, or the newer {@code
 * rope_parameters}, which holds both. The kind of scaling is {@code rope_type}, in older files {@code type}.
 */
final class RotaryKeys {
    private static final String SCALING = "rope_scaling";
    private static final String PARAMETERS = "rope_parameters";

    private RotaryKeys() {}

    /**
     * Reads the embedding that all layers share.
     *
     * @param absentTheta the base if none is given
     * @param maxPositions the original context of YaRN if none is given
     */
    static RotaryConfig read(ConfigJson config, RotaryConfig.Style style, double absentTheta, int maxPositions) {
        double theta = config.positive("rope_theta", absentTheta);
        return read(config, object(config), style, theta, maxPositions);
    }

    /** Reads the embedding that one object describes; null for one without scaling. */
    static RotaryConfig read(
            ConfigJson config,
            @Nullable ConfigJson object,
            RotaryConfig.Style style,
            double absentTheta,
            int maxPositions) {
        if (object == null) {
            return RotaryConfig.of(style, absentTheta);
        }
        double theta = object.positive("rope_theta", absentTheta);
        if (object.has("rope_theta") && config.has("rope_theta") && config.number("rope_theta") != theta) {
            throw object.refused("rope_theta", "differs from rope_theta = " + config.number("rope_theta"));
        }
        return new RotaryConfig(style, theta, 0, scaling(object, maxPositions));
    }

    /** The object with the parameters; null if there is none. Where both spellings are there, they must say the same. */
    static @Nullable ConfigJson object(ConfigJson config) {
        if (config.has(SCALING) && config.has(PARAMETERS)) {
            requireSame(config, PARAMETERS, config);
        }
        return config.has(PARAMETERS) ? config.object(PARAMETERS) : config.object(SCALING);
    }

    /** The object under a key in {@code newer} must say what {@code rope_scaling} says, but for the base, which only it has. */
    static void requireSame(ConfigJson config, String key, ConfigJson newer) {
        if (!spelledAlike(config.members(SCALING)).equals(spelledAlike(newer.members(key)))) {
            throw newer.refused(key, "differs from " + SCALING + " = " + config.peek(SCALING));
        }
    }

    /** Without the base, with numbers as doubles, and the kind under its newer name. */
    private static Map<String, Object> spelledAlike(Map<String, Object> members) {
        Map<String, Object> out = new TreeMap<>();
        members.forEach((key, value) -> {
            Object number = value instanceof Number n ? (Object) n.doubleValue() : value;
            out.merge(key.equals("type") ? "rope_type" : key, number, (a, b) -> a.equals(b) ? a : List.of(a, b));
        });
        out.remove("rope_theta");
        out.remove("rope_type", "default");
        return out;
    }

    private static RotaryScaling scaling(ConfigJson object, int maxPositions) {
        UnsupportedKeys.refuse(object);
        String key = object.has("rope_type") ? "rope_type" : "type";
        if (!object.has(key) && !object.has("factor")) {
            return RotaryScaling.NONE;
        }
        if (object.has("rope_type")
                && object.has("type")
                && !object.text("type").equals(object.text("rope_type"))) {
            throw object.refused("type", "differs from rope_type = " + object.text("rope_type"));
        }
        return switch (object.text(key)) {
            case "default" -> RotaryScaling.NONE;
            case "linear" -> new RotaryScaling.Linear(object.positive("factor"));
            case "llama3" -> llama3(object);
            case "yarn" -> yarn(object, maxPositions);
            default -> throw object.refused(key, "is not supported; these are: default, linear, llama3, yarn");
        };
    }

    private static RotaryScaling llama3(ConfigJson object) {
        double low = object.positive("low_freq_factor");
        double high = object.positive("high_freq_factor");
        if (high <= low) {
            throw object.refused("high_freq_factor", "must exceed low_freq_factor = " + low);
        }
        return new RotaryScaling.Llama3(
                object.positive("factor"), low, high, object.positive("original_max_position_embeddings"));
    }

    private static RotaryScaling yarn(ConfigJson object, int maxPositions) {
        if (!object.flag("truncate", true)) {
            throw object.refused("truncate", "is not supported");
        }
        double factor = object.positive("factor");
        OptionalDouble amplitude = object.optionalPositive("attention_factor", OptionalDouble.empty());
        double fast =
                object.optionalPositive("beta_fast", OptionalDouble.empty()).orElse(32);
        double slow =
                object.optionalPositive("beta_slow", OptionalDouble.empty()).orElse(1);
        if (fast <= slow) {
            throw object.refused("beta_fast", "must exceed beta_slow = " + slow);
        }
        return new RotaryScaling.Yarn(
                factor,
                object.positive("original_max_position_embeddings", maxPositions),
                fast,
                slow,
                amplitude.isPresent() ? amplitude.getAsDouble() : yarnAmplitude(object, factor));
    }

    /**
     * The factor of cosine and sine: a ratio if DeepSeek's {@code mscale} and {@code mscale_all_dim} are there. Published
     * implementations read one without the other differently, so that is refused, unless all agree.
     */
    private static double yarnAmplitude(ConfigJson object, double factor) {
        double mscale = object.positive("mscale", 1);
        double allDim = allDim(object);
        if ((allDim == 0 && mscale != 1) || (allDim != 0 && !object.has("mscale"))) {
            throw new InvalidFileException(
                    object.file(),
                    "rope_scaling: mscale = " + mscale + " and mscale_all_dim = " + allDim
                            + " must be given both or not at all");
        }
        return yarnScale(factor, mscale) / yarnScale(factor, allDim);
    }

    /** YaRN's factor of the scores in DeepSeek-V2: the square of this function of {@code mscale_all_dim}. */
    static double latentScale(ConfigJson config) {
        ConfigJson object = object(config);
        if (object == null || allDim(object) == 0) {
            return 1;
        }
        double scale = yarnScale(object.positive("factor"), allDim(object));
        return scale * scale;
    }

    private static double allDim(ConfigJson object) {
        double allDim = object.has("mscale_all_dim") ? object.number("mscale_all_dim") : 0;
        if (allDim < 0) {
            throw object.refused("mscale_all_dim", "must not be negative");
        }
        return allDim;
    }

    /** {@code yarn_get_mscale} of DeepSeek's code. */
    private static double yarnScale(double factor, double mscale) {
        return factor <= 1 ? 1 : 0.1 * mscale * Math.log(factor) + 1;
    }
}
