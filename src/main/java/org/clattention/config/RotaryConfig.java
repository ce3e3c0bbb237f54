package org.clattention.config;

/**
 * Rotary position embedding (Su et al. 2021): pairs of components of queries and keys turn by an angle proportional to
 * the token's position.
 *
 * @param style which components form a pair
 * @param theta base of the frequencies theta^(−2i/dim), in radians per token
 * @param dim how many leading components turn; even; 0 means the whole head
 * @param scaling of the frequencies
 */
public record RotaryConfig(Style style, double theta, int dim, RotaryScaling scaling) {

    /** Which components form a pair. */
    public enum Style {
        /** i and i + dim/2: Llama, Qwen and Mistral in Hugging Face's files; ONNX's default. */
        HALF,
        /** 2i and 2i + 1: DeepSeek, GPT-J, Llama in GGUF files. */
        INTERLEAVED
    }

    /** Checks the ranges. */
    public RotaryConfig {
        Checks.given("style", style);
        Checks.given("scaling", scaling);
        Checks.positive("theta", theta);
        if (scaling instanceof RotaryScaling.Yarn && theta <= 1) {
            throw new IllegalArgumentException("theta: " + theta + " must exceed 1 with YaRN scaling");
        }
        if (dim < 0 || dim % 2 != 0) {
            throw new IllegalArgumentException("dim: " + dim + " must be even and not negative (0 = the whole head)");
        }
    }

    /** The whole head turns, unscaled. */
    public static RotaryConfig of(Style style, double theta) {
        return new RotaryConfig(style, theta, 0, RotaryScaling.NONE);
    }

    /**
     * The number of components that turn in a head of this size.
     *
     * @throws IllegalArgumentException if the head is too small or of odd size
     */
    public int dimFor(int headSize) {
        int turning = dim == 0 ? headSize : dim;
        if (turning > headSize || turning % 2 != 0) {
            throw new IllegalArgumentException(
                    "rotary dim: " + turning + " must be even and at most the head size " + headSize);
        }
        return turning;
    }
}
