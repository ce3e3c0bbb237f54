package org.clattention.testing;

import java.util.SplittableRandom;

/** Draws for generated cases: the same seed gives the same case on every machine. */
final class CaseRandom {
    private final SplittableRandom random;

    CaseRandom(long seed) {
        this.random = new SplittableRandom(seed);
    }

    boolean chance(double probability) {
        return random.nextDouble() < probability;
    }

    int oneOf(int... values) {
        return values[random.nextInt(values.length)];
    }

    <T extends Enum<T>> T oneOf(Class<T> type) {
        T[] values = type.getEnumConstants();
        return values[random.nextInt(values.length)];
    }

    /** From 0 to {@code bound}, both included. */
    int upTo(int bound) {
        return random.nextInt(bound + 1);
    }

    double between(double low, double high) {
        return low + random.nextDouble() * (high - low);
    }

    float[] floats(int count, double magnitude) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) between(-magnitude, magnitude);
        }
        return values;
    }

    /** What may lie in memory that nobody should read. */
    float garbage() {
        return switch (random.nextInt(4)) {
            case 0 -> Float.POSITIVE_INFINITY;
            case 1 -> Float.NEGATIVE_INFINITY;
            case 2 -> Float.MAX_VALUE;
            default -> Float.NaN;
        };
    }
}
