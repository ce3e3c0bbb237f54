package org.clattention.reference;

import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/** Shape checks whose messages name the tensor, its shape and the rule. */
final class Shapes {
    /** Stands for a dimension that may have any size. */
    static final int ANY = -1;

    private Shapes() {}

    /** Fails unless {@code actual} is {@code expected}; {@code rule} spells the expected shape with symbols. */
    static void require(String name, long[] actual, String rule, long... expected) {
        boolean fits = actual.length == expected.length;
        for (int i = 0; fits && i < actual.length; i++) {
            fits = expected[i] == ANY || actual[i] == expected[i];
        }
        if (!fits) {
            String sizes = LongStream.of(expected)
                    .mapToObj(dim -> dim == ANY ? "any" : Long.toString(dim))
                    .collect(Collectors.joining(", ", "[", "]"));
            throw new IllegalArgumentException(
                    name + ": shape " + Arrays.toString(actual) + " must be " + rule + " = " + sizes);
        }
    }

    /** As above, for int shapes. */
    static void require(String name, int[] actual, String rule, int... expected) {
        require(
                name,
                Arrays.stream(actual).asLongStream().toArray(),
                rule,
                Arrays.stream(expected).asLongStream().toArray());
    }
}
