package org.clattention.model.arch;

import org.clattention.config.Activation;

/** Activation functions by the names of configurations. */
final class Activations {
    private Activations() {}

    /** The function that a key names, or the one of this name if the key is absent. */
    static Activation of(ConfigJson config, String key, String absent) {
        String name = config.mentions(key) ? config.text(key) : absent;
        return switch (name) {
            case "silu", "swish" -> Activation.SILU;
            case "gelu", "gelu_python" -> Activation.GELU;
            case "gelu_new", "gelu_pytorch_tanh", "gelu_fast" -> Activation.GELU_TANH;
            case "relu" -> Activation.RELU;
            default ->
                throw config.refused(key, "is not supported; these are: silu, gelu, gelu_new, gelu_pytorch_tanh, relu");
        };
    }
}
