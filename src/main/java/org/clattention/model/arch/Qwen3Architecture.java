package org.clattention.model.arch;

import java.util.OptionalInt;

/** Qwen 3 (Yang et al. 2025): norms of each head's queries and keys instead of biases; heads of a size of their own. */
final class Qwen3Architecture extends Qwen2Architecture {
    private final boolean bias;

    Qwen3Architecture(ConfigJson config) {
        super(config, OptionalInt.of(128));
        bias = config.flag("attention_bias", false);
    }

    @Override
    boolean queryKeyValueBias() {
        return bias;
    }

    @Override
    boolean outputBias() {
        return bias;
    }

    @Override
    boolean headNorms() {
        return true;
    }
}
