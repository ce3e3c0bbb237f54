package org.clattention.model.arch;

import java.util.List;
import java.util.function.IntPredicate;

/** Which layers attend to a sliding window, and how far back. */
final class LayerWindows {
    private static final String KEY = "layer_types";

    private LayerWindows() {}

    /** The kinds that {@code layer_types} lists, one for each layer; if it is absent or null, by a rule. */
    static IntPredicate sliding(ConfigJson config, int layers, IntPredicate rule) {
        if (!config.has(KEY)) {
            return rule;
        }
        List<String> kinds = config.texts(KEY);
        if (kinds.size() != layers) {
            throw config.refused(KEY, "must have an element for each of num_hidden_layers = " + layers);
        }
        if (!List.of("full_attention", "sliding_attention").containsAll(kinds)) {
            throw config.refused(KEY, "must name full_attention or sliding_attention only");
        }
        return layer -> kinds.get(layer).equals("sliding_attention");
    }

    /** All layers attend to everything; anything else is refused. */
    static void requireFull(ConfigJson config, int layers) {
        if (config.has(KEY) && config.texts(KEY).contains("sliding_attention")) {
            throw config.refused(KEY, "is not supported in " + Architectures.name(config));
        }
        sliding(config, layers, layer -> false);
    }

    /**
     * The left window of a sliding window of W keys, which counts the query's own: W − 1. {@code sliding_window} must be
     * there if a layer slides.
     */
    static int leftWindow(ConfigJson config, int absent) {
        return config.size("sliding_window", absent) - 1;
    }
}
