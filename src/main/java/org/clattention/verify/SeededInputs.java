package org.clattention.verify;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.clattention.config.HostTensor;
import org.clattention.io.InvalidFileException;
import org.jspecify.annotations.Nullable;

/**
 * Replaces the attributes {@code random_weights}, {@code biases} and {@code random_x} of a {@code multi_head_attention}
 * case by the input tensors that they stand for, see {@link SeededTensors}.
 */
final class SeededInputs {
    private static final String WEIGHTS = "random_weights";
    private static final String BIASES = "biases";
    private static final String X = "random_x";
    private static final int X_INDEX = 8;

    private final Path file;
    private final Map<String, Object> attributes;
    private final Map<String, HostTensor> inputs;

    private SeededInputs(Path file, Map<String, Object> attributes, Map<String, HostTensor> inputs) {
        this.file = file;
        this.attributes = attributes;
        this.inputs = inputs;
    }

    /**
     * Removes the three attributes from {@code attributes} and adds the tensors to {@code inputs}.
     *
     * @throws InvalidFileException if they are malformed, or name tensors that are also in the file
     */
    static void resolve(Path file, String op, Map<String, Object> attributes, Map<String, HostTensor> inputs) {
        if (!attributes.containsKey(WEIGHTS) && !attributes.containsKey(BIASES) && !attributes.containsKey(X)) {
            return;
        }
        SeededInputs seeded = new SeededInputs(file, attributes, inputs);
        if (!op.equals("multi_head_attention")) {
            throw seeded.invalid(WEIGHTS + ", " + BIASES + " and " + X + " are for multi_head_attention, not " + op);
        }
        try {
            seeded.addX();
            seeded.addWeights();
        } catch (IllegalArgumentException e) {
            throw new InvalidFileException(file, "attributes: " + e.getMessage(), e);
        }
    }

    private void addX() {
        Map<?, ?> spec = object(X, Set.of("seed", "std", "shape"));
        if (spec != null) {
            add("x", X_INDEX, spec, shape(spec.get("shape")));
        }
    }

    private void addWeights() {
        boolean biases = removeBiases();
        Map<?, ?> spec = object(WEIGHTS, Set.of("seed", "std"));
        if (spec == null) {
            if (biases) {
                throw invalid(BIASES + " without " + WEIGHTS);
            }
            return;
        }
        long width = lastDimension("x");
        long memoryWidth = inputs.containsKey("memory") ? lastDimension("memory") : width;
        long heads = positive("num_heads", 0);
        if (width % heads != 0) {
            throw invalid("num_heads " + heads + " does not divide the width " + width);
        }
        long kvHeads = positive("num_kv_heads", heads);
        if (heads % kvHeads != 0) {
            throw invalid("num_heads " + heads + " is not a multiple of num_kv_heads " + kvHeads);
        }
        long kvWidth = width / heads * kvHeads;
        add("w_q", 0, spec, width, width);
        add("w_k", 1, spec, kvWidth, memoryWidth);
        add("w_v", 2, spec, kvWidth, memoryWidth);
        add("w_o", 3, spec, width, width);
        if (biases) {
            add("b_q", 4, spec, width);
            add("b_k", 5, spec, kvWidth);
            add("b_v", 6, spec, kvWidth);
            add("b_o", 7, spec, width);
        }
    }

    private void add(String name, int tensorIndex, Map<?, ?> spec, long... shape) {
        if (!(spec.get("seed") instanceof Long seed) || seed < 0) {
            throw invalid("seed " + spec.get("seed") + " is not an integer from 0 to 2^63 - 1");
        }
        if (!(spec.get("std") instanceof Number std)) {
            throw invalid("std " + spec.get("std") + " is not a number");
        }
        HostTensor tensor = SeededTensors.tensor(seed, tensorIndex, std.doubleValue(), shape);
        if (inputs.put(name, tensor) != null) {
            throw invalid("the tensor in." + name + " is both in the file and made from a seed");
        }
    }

    private @Nullable Map<?, ?> object(String name, Set<String> known) {
        Object value = attributes.remove(name);
        if (value == null) {
            return null;
        }
        if (!(value instanceof Map<?, ?> map) || !known.equals(map.keySet())) {
            throw invalid(name + " " + value + " is not an object with exactly the members "
                    + known.stream().sorted().toList());
        }
        return map;
    }

    private boolean removeBiases() {
        Object value = attributes.remove(BIASES);
        if (value == null || value instanceof Boolean) {
            return Boolean.TRUE.equals(value);
        }
        throw invalid(BIASES + " " + value + " is not true or false");
    }

    private long positive(String name, long absent) {
        Object value = attributes.getOrDefault(name, absent);
        if (value instanceof Long n && n > 0) {
            return n;
        }
        throw invalid(name + " " + value + " is not a positive integer, as " + WEIGHTS + " needs");
    }

    private long lastDimension(String input) {
        HostTensor tensor = inputs.get(input);
        if (tensor == null || tensor.rank() != 3 || tensor.dim(-1) == 0) {
            throw invalid(WEIGHTS + " needs an input " + input + " of shape [batch, length, width], not " + tensor);
        }
        return tensor.dim(-1);
    }

    private long[] shape(Object value) {
        if (!(value instanceof List<?> list)) {
            throw invalid(X + ": shape " + value + " is not a list");
        }
        long[] shape = new long[list.size()];
        for (int i = 0; i < shape.length; i++) {
            if (!(list.get(i) instanceof Long n)) {
                throw invalid(X + ": shape " + value + " is not a list of integers");
            }
            shape[i] = n;
        }
        return shape;
    }

    private InvalidFileException invalid(String problem) {
        return new InvalidFileException(file, "attributes: " + problem);
    }
}
