package org.clattention.model;

import java.util.OptionalDouble;
import java.util.function.IntPredicate;
import org.clattention.RotaryConfig;
import org.clattention.io.InvalidFileException;
import org.jspecify.annotations.Nullable;

/**
 * The text models of Gemma 3 (2025): norms of each head's queries and keys; all layers slide but every {@code
 * sliding_window_pattern}-th. Sliding layers rotate by {@code rope_local_base_freq}, the others by {@code rope_theta} with
 * {@code rope_scaling}; newer files have both in {@code rope_parameters}.
 */
final class Gemma3Architecture extends GemmaDecoder {
    private static final String PARAMETERS = "rope_parameters";
    private static final double LOCAL_THETA = 10_000;
    private static final double GLOBAL_THETA = 1_000_000;

    private final IntPredicate sliding;
    private final int leftWindow;
    private final RotaryConfig local;
    private final RotaryConfig global;

    Gemma3Architecture(ConfigJson config) {
        super(config, 131_072, OptionalDouble.empty());
        if (config.has("attn_logit_softcapping")) {
            throw config.refused("attn_logit_softcapping", "is not supported in Gemma 3, whose code does not use it");
        }
        int pattern = config.size("sliding_window_pattern", 6);
        sliding = LayerWindows.sliding(config, layers, layer -> (layer + 1) % pattern != 0);
        leftWindow = LayerWindows.leftWindow(config, 4096);
        ConfigJson both = config.object(PARAMETERS);
        if (both == null) {
            local = RotaryConfig.of(RotaryConfig.Style.HALF, config.positive("rope_local_base_freq", LOCAL_THETA));
            global = RotaryKeys.read(config, RotaryConfig.Style.HALF, GLOBAL_THETA, maxPositions);
        } else {
            local = rotary(config, both, "sliding_attention", LOCAL_THETA);
            global = rotary(config, both, "full_attention", GLOBAL_THETA);
            requireSame(config, "rope_local_base_freq", local);
            requireSame(config, "rope_theta", global);
            if (config.has("rope_scaling")) {
                RotaryKeys.requireSame(config, "full_attention", both);
            }
        }
    }

    /** A base that is given beside the newer spelling must agree with it. */
    private static void requireSame(ConfigJson config, String key, RotaryConfig rotary) {
        if (config.has(key) && config.number(key) != rotary.theta()) {
            throw config.refused(key, "differs from rope_theta = " + rotary.theta() + " in " + PARAMETERS);
        }
    }

    private RotaryConfig rotary(ConfigJson whole, ConfigJson both, String kind, double absentTheta) {
        @Nullable ConfigJson object = both.object(kind);
        if (object == null) {
            throw new InvalidFileException(whole.file(), PARAMETERS + "." + kind + " is missing");
        }
        return RotaryKeys.read(object, object, RotaryConfig.Style.HALF, absentTheta, maxPositions);
    }

    @Override
    RotaryConfig rotary(int layer) {
        return sliding.test(layer) ? local : global;
    }

    @Override
    int leftWindow(int layer) {
        return sliding.test(layer) ? leftWindow : -1;
    }

    @Override
    boolean headNorms() {
        return true;
    }
}
