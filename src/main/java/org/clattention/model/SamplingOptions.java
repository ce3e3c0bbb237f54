package org.clattention.model;

/**
 * How the next token is chosen from the logits.
 *
 * @param temperature divides the logits; 0: always the most probable token (greedy)
 * @param topK only so many most probable tokens; 0: all
 * @param topP only the fewest most probable tokens that have this probability together (nucleus sampling, Holtzman et al. 2019),
 *     after {@code topK}; 1: all
 * @param seed of the choices: the same seed gives the same tokens for the same logits
 */
public record SamplingOptions(double temperature, int topK, double topP, long seed) {
    /** Always the most probable token. */
    public static final SamplingOptions GREEDY = new SamplingOptions(0, 0, 1, 0);

    /** Checks the ranges. */
    public SamplingOptions {
        if (!(temperature >= 0 && temperature <= 1000)) {
            throw new IllegalArgumentException("temperature: " + temperature + " must be between 0 and 1000");
        }
        if (topK < 0) {
            throw new IllegalArgumentException("topK: " + topK + " must not be negative (0 = all)");
        }
        if (!(topP > 0 && topP <= 1)) {
            throw new IllegalArgumentException("topP: " + topP + " must be above 0 and at most 1");
        }
    }
}
