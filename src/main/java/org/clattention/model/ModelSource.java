package org.clattention.model;

import java.util.LinkedHashSet;
import java.util.Objects;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.clattention.config.DataType;
import org.clattention.config.StackWeights;
import org.clattention.io.InvalidFileException;
import org.clattention.model.arch.Architecture;
import org.clattention.model.arch.ConfigJson;
import org.jspecify.annotations.Nullable;

/** A model whose configuration and tensors' shapes have been checked, and whose numbers are read when they are needed. */
public abstract sealed class ModelSource permits ModelFolder, RandomModel {
    private final Architecture architecture;
    private final ModelTensors tensors;
    private final ModelSpec spec;
    private final NeededTensors onDevice;
    private final NeededTensors onHost;

    ModelSource(
            ConfigJson config, Architecture architecture, ModelTensors tensors, UnaryOperator<ModelSpec> adjustment) {
        this.architecture = architecture;
        this.tensors = tensors;
        try {
            this.spec = adjustment.apply(architecture.spec());
        } catch (IllegalArgumentException e) {
            // From the records of the public API, which name their own parameter and rule.
            throw new InvalidFileException(config.file(), e.getMessage(), e);
        }
        this.onDevice = new NeededTensors(tensors);
        StackWeights weights = architecture.weights(onDevice);
        for (int i = 0; i < spec.stack().blocks().size(); i++) {
            Objects.requireNonNull(weights.blocks().apply(i));
        }
        this.onHost = new NeededTensors(tensors);
        architecture.embeddings(onHost);
    }

    /** What the configuration says. */
    public final ModelSpec spec() {
        return spec;
    }

    /**
     * The weights of the stack. Each block's are read, turned and converted when the block is asked for, and not kept; the
     * matrix of logits is converted at once. Norms and biases keep their types.
     *
     * @param storage the type of all matrices, floating-point or quantized; null keeps those of the file
     * @throws IllegalArgumentException if a matrix cannot be stored so: quantized types take rows of whole blocks of 32
     */
    public final StackWeights weights(@Nullable DataType storage) {
        requireStorable(storage);
        return architecture.weights(new StoredWeights(tensors, storage));
    }

    /** The tables of embeddings, in the types of the file. */
    public final Embeddings embeddings() {
        return architecture.embeddings(new StoredWeights(tensors, null));
    }

    /**
     * Bytes that the stack's weights take on a device: all but the tables of embeddings, unless one makes the logits.
     * Without what a device may add for whole tiles.
     *
     * @param storage as for {@link #weights}
     */
    public final long bytes(@Nullable DataType storage) {
        requireStorable(storage);
        return onDevice.all().stream()
                .mapToLong(n -> n.deviceBytes(tensors.type(n.name()), storage))
                .sum();
    }

    /** The model's parameters: stack and embeddings, shared ones counted once, without what is never read. */
    public final long parameterCount() {
        Set<String> counted = new LinkedHashSet<>(onDevice.names());
        return onDevice.all().stream().mapToLong(NeededTensors.Needed::elements).sum()
                + onHost.all().stream()
                        .filter(n -> counted.add(n.name()))
                        .mapToLong(NeededTensors.Needed::elements)
                        .sum();
    }

    private void requireStorable(@Nullable DataType storage) {
        if (storage != null) {
            onDevice.requireStorable(storage);
        }
    }

    NeededTensors onDevice() {
        return onDevice;
    }

    NeededTensors onHost() {
        return onHost;
    }
}
