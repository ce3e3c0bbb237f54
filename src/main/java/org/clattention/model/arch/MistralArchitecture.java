package org.clattention.model.arch;

import java.util.OptionalInt;
import org.clattention.config.RotaryConfig;
import org.clattention.model.SpecialTokens;

/** Mistral (Jiang et al. 2023): every layer slides over {@code sliding_window} keys; null for full attention. */
final class MistralArchitecture extends MultiHeadDecoder {
    private final RotaryConfig rotary;
    private final int leftWindow;

    MistralArchitecture(ConfigJson config) {
        super(config, new Defaults(131_072, false, SpecialTokens.of(1, 2)), OptionalInt.of(8), OptionalInt.empty());
        rotary = RotaryKeys.read(config, RotaryConfig.Style.HALF, 10_000, maxPositions);
        LayerWindows.requireFull(config, layers);
        boolean full = config.mentions("sliding_window") && !config.has("sliding_window");
        leftWindow = full ? -1 : LayerWindows.leftWindow(config, 4096);
    }

    @Override
    RotaryConfig rotary(int layer) {
        return rotary;
    }

    @Override
    int leftWindow(int layer) {
        return leftWindow;
    }

    /** Mistral's configuration class does not know biases. */
    @Override
    boolean queryKeyValueBias() {
        return false;
    }

    @Override
    boolean outputBias() {
        return false;
    }
}
