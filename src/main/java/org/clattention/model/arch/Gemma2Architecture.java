package org.clattention.model.arch;

import java.util.OptionalDouble;
import java.util.function.IntPredicate;
import org.clattention.config.AttentionOptions;
import org.clattention.config.RotaryConfig;

/** Gemma 2 (2024): scores capped at {@code attn_logit_softcapping}; every second layer slides, from the first on. */
final class Gemma2Architecture extends GemmaDecoder {
    private final RotaryConfig rotary;
    private final IntPredicate sliding;
    private final int leftWindow;
    private final double softcap;

    Gemma2Architecture(ConfigJson config) {
        super(config, 8192, OptionalDouble.of(30));
        rotary = RotaryKeys.read(config, RotaryConfig.Style.HALF, 10_000, maxPositions);
        sliding = LayerWindows.sliding(config, layers, layer -> layer % 2 == 0);
        leftWindow = LayerWindows.leftWindow(config, 4096);
        softcap = config.optionalPositive("attn_logit_softcapping", OptionalDouble.of(50))
                .orElse(0);
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
    AttentionOptions scores() {
        return super.scores().withSoftcap(softcap);
    }
}
