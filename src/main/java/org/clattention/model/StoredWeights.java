package org.clattention.model;

import java.util.ArrayList;
import java.util.List;
import org.clattention.config.DataType;
import org.clattention.config.HostTensor;
import org.clattention.model.arch.WeightReader;
import org.jspecify.annotations.Nullable;

/** Reads weights, with matrices converted to the type in which the device will store them. Keeps none of them. */
public final class StoredWeights implements WeightReader {
    private final ModelTensors tensors;
    private final @Nullable DataType storage;

    /**
     * @param storage null keeps the types of the tensors
     */
    StoredWeights(ModelTensors tensors, @Nullable DataType storage) {
        this.tensors = tensors;
        this.storage = storage;
    }

    @Override
    public boolean has(String name) {
        return tensors.has(name);
    }

    @Override
    public HostTensor matrix(String name, long rows, long columns) {
        return stored(name, tensors.get(name, rows, columns));
    }

    @Override
    public List<HostTensor> transposed(String name, int parts, long rows, long columns) {
        HostTensor whole = Transpose.of(tensors.get(name, columns, parts * rows));
        return cut(stored(name, whole), parts, rows);
    }

    @Override
    public List<HostTensor> vectors(String name, int parts, long size) {
        return cut(tensors.get(name, parts * size), parts, size);
    }

    @Override
    public HostTensor onePlus(String name, long size) {
        float[] values = tensors.get(name, size).toFloats();
        for (int i = 0; i < values.length; i++) {
            values[i] += 1;
        }
        return HostTensor.of(values, size);
    }

    private HostTensor stored(String name, HostTensor matrix) {
        if (storage == null) {
            return matrix;
        }
        try {
            return matrix.to(storage);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("tensor " + name + ": " + e.getMessage(), e);
        }
    }

    private static List<HostTensor> cut(HostTensor whole, int parts, long rows) {
        List<HostTensor> out = new ArrayList<>();
        for (int i = 0; i < parts; i++) {
            out.add(whole.rows(i * rows, (i + 1) * rows));
        }
        return out;
    }
}
