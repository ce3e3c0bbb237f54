package org.clattention.heads;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/**
 * The measures of one head, from {@link HeadAnalysis}. What could not be measured, because no query was fit for it, is NaN.
 *
 * @param layer its layer, from 0
 * @param head its number in the layer, from 0
 * @param entropy the mean entropy of its queries, in nats
 * @param entropyFraction the mean of entropy / ln(visible keys): 0 for a single key, 1 for all alike
 * @param pattern what the head mostly does
 * @param scores the measure of every pattern, each between 0 and 1
 */
public record HeadProfile(
        int layer,
        int head,
        double entropy,
        double entropyFraction,
        HeadPattern pattern,
        Map<HeadPattern, Double> scores) {
    /** Keeps a copy of the scores. */
    public HeadProfile {
        scores = Collections.unmodifiableMap(new EnumMap<>(scores));
    }

    /** The measure of the head's own pattern. */
    public double score() {
        return scores.getOrDefault(pattern, Double.NaN);
    }
}
