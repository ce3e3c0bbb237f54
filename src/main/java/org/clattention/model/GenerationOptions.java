package org.clattention.model;

import java.util.Collection;
import java.util.Set;

/**
 * How far and how text is generated.
 *
 * @param maxNewTokens the most tokens for each sequence, at least 1
 * @param sampling how tokens are chosen
 * @param stopTokens tokens that end a sequence; they are not part of the result
 */
public record GenerationOptions(int maxNewTokens, SamplingOptions sampling, Set<Integer> stopTokens) {
    /** Checks the number. */
    public GenerationOptions {
        if (maxNewTokens < 1) {
            throw new IllegalArgumentException("maxNewTokens: " + maxNewTokens + " must be at least 1");
        }
        stopTokens = Set.copyOf(stopTokens);
    }

    /** Greedy, up to the model's own end tokens. */
    public static GenerationOptions greedy(int maxNewTokens, Collection<Integer> stopTokens) {
        return new GenerationOptions(maxNewTokens, SamplingOptions.GREEDY, Set.copyOf(stopTokens));
    }
}
