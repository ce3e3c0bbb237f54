package org.clattention.verify;

import java.util.LinkedHashMap;
import java.util.Map;
import org.clattention.DataType;
import org.clattention.HostTensor;

/** Collects a case whose inputs are made from a seed. */
final class CaseBuilder {
    private final String name;
    private final String op;
    private final long seed;
    private final Map<String, Object> attributes = new LinkedHashMap<>();
    private final Map<String, HostTensor> inputs = new LinkedHashMap<>();
    private final Map<String, HostTensor> outputs = new LinkedHashMap<>();
    private int nextTensor;

    CaseBuilder(String name, String op, long seed) {
        this.name = name;
        this.op = op;
        // Each case has data of its own, whichever other cases run.
        this.seed = (seed * 1_000_003 + name.hashCode()) & Long.MAX_VALUE;
    }

    /** An attribute: a long, a double, a truth value or a string. */
    CaseBuilder attribute(String key, Object value) {
        attributes.put(key, value);
        return this;
    }

    /** Takes an attribute back. */
    CaseBuilder withoutAttribute(String key) {
        attributes.remove(key);
        return this;
    }

    /** Random values of this standard deviation. */
    CaseBuilder random(String input, double std, long... shape) {
        return random(input, DataType.F32, std, shape);
    }

    /** The same in another type. */
    CaseBuilder random(String input, DataType type, double std, long... shape) {
        return input(input, SeededTensors.tensor(seed, nextTensor++, type, std, shape));
    }

    /** Random values around 1, for the weights of a norm. */
    CaseBuilder nearOne(String input, long... shape) {
        float[] values = uniform(shape);
        for (int i = 0; i < values.length; i++) {
            values[i] += 0.5f;
        }
        return input(input, HostTensor.of(values, shape));
    }

    /** Rounds inputs to another type. */
    CaseBuilder rounded(DataType type, String... names) {
        for (String input : names) {
            input(input, input(input).to(type));
        }
        return this;
    }

    /** Random integers from −7 to 7. */
    CaseBuilder integers(String input, long... shape) {
        HostTensor uniform = SeededTensors.tensor(seed, nextTensor++, 7.49 / Math.sqrt(3), shape);
        float[] values = uniform.toFloats();
        for (int i = 0; i < values.length; i++) {
            values[i] = Math.round(values[i]);
        }
        return input(input, HostTensor.of(values, shape));
    }

    /**
     * Gives the scores of queries and keys a slope from key to key: the first component of each head becomes the square root of
     * its size in queries, and grows by {@code step} in keys.
     *
     * @param query [..., heads of {@code size} side by side]
     * @param key [..., T, the same]
     */
    CaseBuilder slope(String query, String key, int size, double step) {
        for (String name : new String[] {query, key}) {
            HostTensor tensor = input(name);
            float[] values = tensor.toFloats();
            int run = Math.toIntExact(tensor.dim(-1));
            int keys = Math.toIntExact(tensor.dim(-2));
            for (int i = 0; i < values.length; i += size) {
                values[i] = (float) (name.equals(query) ? Math.sqrt(size) : step * (i / run % keys));
            }
            input(name, HostTensor.of(values, tensor.shape()));
        }
        return this;
    }

    /** A boolean mask that keeps this fraction. */
    CaseBuilder booleans(String input, double kept, long... shape) {
        float[] uniform = uniform(shape);
        boolean[] values = new boolean[uniform.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = uniform[i] < kept;
        }
        return input(input, HostTensor.ofBooleans(values, shape));
    }

    /** An additive mask of random values, −∞ at this fraction. */
    CaseBuilder bias(String input, double masked, long... shape) {
        float[] values = SeededTensors.tensor(seed, nextTensor++, 1, shape).toFloats();
        float[] uniform = uniform(shape);
        for (int i = 0; i < values.length; i++) {
            if (uniform[i] < masked) {
                values[i] = Float.NEGATIVE_INFINITY;
            }
        }
        return input(input, HostTensor.of(values, shape));
    }

    /** Random integers from 0 to {@code limit}. */
    CaseBuilder lengths(String input, int count, int limit) {
        float[] uniform = uniform(count);
        long[] values = new long[count];
        for (int i = 0; i < count; i++) {
            values[i] = Math.min(limit, (long) (uniform[i] * (limit + 1)));
        }
        return input(input, HostTensor.ofLongs(values, count));
    }

    CaseBuilder input(String input, HostTensor tensor) {
        inputs.put(input, tensor);
        return this;
    }

    HostTensor input(String input) {
        HostTensor tensor = inputs.get(input);
        if (tensor == null) {
            throw new IllegalStateException(name + " has no input " + input + " yet");
        }
        return tensor;
    }

    /** Outputs that are wanted. Only their names matter: the answer is computed. */
    CaseBuilder wants(String... names) {
        for (String output : names) {
            outputs.put(output, HostTensor.of(new float[0], 0));
        }
        return this;
    }

    /** An output with its answer. */
    CaseBuilder answer(String output, HostTensor tensor) {
        outputs.put(output, tensor);
        return this;
    }

    GoldenCase build() {
        return build(0, "smoke check");
    }

    GoldenCase build(double atol, String source) {
        return new GoldenCase(name, op, new Attributes(attributes), 0, atol, source, inputs, outputs);
    }

    /** Random values from 0 to 1. */
    private float[] uniform(long... shape) {
        float[] values = SeededTensors.tensor(seed, nextTensor++, 0.5 / Math.sqrt(3), shape)
                .toFloats();
        for (int i = 0; i < values.length; i++) {
            values[i] += 0.5f;
        }
        return values;
    }
}
