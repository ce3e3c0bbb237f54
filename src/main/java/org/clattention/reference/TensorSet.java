package org.clattention.reference;

import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.clattention.config.DataType;
import org.clattention.config.HostTensor;
import org.jspecify.annotations.Nullable;

/**
 * Input tensors by name, checked as they are taken: a message names the tensor, its shape and the rule. In expected
 * shapes −1 stands for any size.
 */
public final class TensorSet {
    private final Map<String, HostTensor> tensors;

    /** The tensors by their names in golden-case files, without {@code in.}. */
    public TensorSet(Map<String, HostTensor> tensors) {
        this.tensors = Map.copyOf(tensors);
    }

    /** Fails on any tensor that is not in {@code known}: an input must never be read past silently. */
    public void requireKnown(Set<String> known) {
        TreeSet<String> unknown = new TreeSet<>(tensors.keySet());
        unknown.removeAll(known);
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException(unknown.first() + ": unknown tensor; known are " + new TreeSet<>(known));
        }
    }

    /** True if there is such a tensor. */
    public boolean has(String name) {
        return tensors.containsKey(name);
    }

    /** A tensor of any type and shape. */
    public HostTensor get(String name) {
        HostTensor tensor = tensors.get(name);
        if (tensor == null) {
            throw new IllegalArgumentException(name + ": the tensor is missing");
        }
        return tensor;
    }

    /** A tensor of any type and shape; null if absent. */
    public @Nullable HostTensor find(String name) {
        return tensors.get(name);
    }

    /** A floating-point or quantized tensor of this shape, left in its storage type: for weights. */
    public HostTensor weight(String name, String rule, long... shape) {
        HostTensor tensor = floats(name);
        Shapes.require(name, tensor.shape(), rule, shape);
        return tensor;
    }

    /** As {@link #weight}, but null if absent. */
    public @Nullable HostTensor findWeight(String name, String rule, long... shape) {
        return has(name) ? weight(name, rule, shape) : null;
    }

    /** A floating-point tensor of this shape, as doubles. */
    public RefTensor real(String name, String rule, long... shape) {
        return RefTensor.of(weight(name, rule, shape));
    }

    /** As {@link #real(String, String, long...)}, but of any shape. */
    public RefTensor real(String name) {
        return RefTensor.of(floats(name));
    }

    /** As {@link #real(String, String, long...)}, but null if absent. */
    public @Nullable RefTensor findReal(String name, String rule, long... shape) {
        return has(name) ? real(name, rule, shape) : null;
    }

    /** An integer tensor of this shape; null if absent. */
    public @Nullable HostTensor findIntegers(String name, String rule, long... shape) {
        if (!has(name)) {
            return null;
        }
        HostTensor tensor = get(name);
        if (tensor.type() != DataType.I64 && tensor.type() != DataType.I32) {
            throw new IllegalArgumentException(name + ": type " + tensor.type() + " must be I64 or I32");
        }
        Shapes.require(name, tensor.shape(), rule, shape);
        return tensor;
    }

    private HostTensor floats(String name) {
        HostTensor tensor = get(name);
        if (!tensor.type().isReal()) {
            throw new IllegalArgumentException(name + ": type " + tensor.type() + " must be floating-point");
        }
        return tensor;
    }
}
