package org.clattention.model.arch;

import java.util.OptionalInt;
import java.util.function.IntPredicate;
import org.clattention.config.RotaryConfig;
import org.clattention.model.SpecialTokens;

/**
 * Qwen 2 and 2.5 (Yang et al. 2024): biases on queries, keys and values. With {@code use_sliding_window}, layers from
 * {@code max_window_layers} on slide, unless {@code layer_types} says otherwise.
 */
class Qwen2Architecture extends MultiHeadDecoder {
    private final RotaryConfig rotary;
    private final IntPredicate sliding;
    private final int leftWindow;

    Qwen2Architecture(ConfigJson config) {
        this(config, OptionalInt.empty());
    }

    Qwen2Architecture(ConfigJson config, OptionalInt absentHeadSize) {
        super(config, new Defaults(32_768, false, SpecialTokens.NONE), OptionalInt.of(32), absentHeadSize);
        rotary = RotaryKeys.read(config, RotaryConfig.Style.HALF, 10_000, maxPositions);
        boolean mayNull = config.mentions("sliding_window") && !config.has("sliding_window");
        boolean used = config.flag("use_sliding_window", false) && !mayNull;
        if (used) {
            int first = config.count("max_window_layers", 28);
            sliding = LayerWindows.sliding(config, layers, layer -> layer >= first);
            leftWindow = LayerWindows.leftWindow(config, 4096);
        } else {
            LayerWindows.requireFull(config, layers);
            sliding = layer -> false;
            leftWindow = -1;
        }
    }

    @Override
    RotaryConfig rotary(int layer) {
        return rotary;
    }

    @Override
    int leftWindow(int layer) {
        return sliding.test(layer) ? leftWindow : -1;
    }

    @Override
    boolean queryKeyValueBias() {
        return true;
    }

    @Override
    boolean outputBias() {
        return false;
    }
}
