package org.clattention.model.arch;

import java.util.OptionalInt;
import org.clattention.config.RotaryConfig;
import org.clattention.model.SpecialTokens;

/** Llama 2 (Touvron et al. 2023) and 3.x, whose longer context is a {@code rope_scaling} of type {@code llama3}. */
final class LlamaArchitecture extends MultiHeadDecoder {
    private final RotaryConfig rotary;

    LlamaArchitecture(ConfigJson config) {
        super(config, new Defaults(2048, false, SpecialTokens.of(1, 2)), OptionalInt.empty(), OptionalInt.empty());
        rotary = RotaryKeys.read(config, RotaryConfig.Style.HALF, 10_000, maxPositions);
        LayerWindows.requireFull(config, layers);
    }

    @Override
    RotaryConfig rotary(int layer) {
        return rotary;
    }

    @Override
    boolean feedForwardBias() {
        return config.flag("mlp_bias", false);
    }
}
