package org.clattention.bench;

import java.util.Arrays;
import java.util.Collection;

/**
 * Times of many calls.
 *
 * @param calls how many
 * @param median the middle one, or the mean of the two in the middle, in seconds
 * @param minimum the shortest, in seconds
 */
public record Statistics(int calls, double median, double minimum) {
    /** The statistics of these times, in any order. */
    public static Statistics of(Collection<Double> seconds) {
        if (seconds.isEmpty()) {
            throw new IllegalArgumentException("seconds: there must be at least one time");
        }
        double[] sorted = seconds.stream().mapToDouble(Double::doubleValue).toArray();
        Arrays.sort(sorted);
        int half = sorted.length / 2;
        double median = sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
        return new Statistics(sorted.length, median, sorted[0]);
    }
}
