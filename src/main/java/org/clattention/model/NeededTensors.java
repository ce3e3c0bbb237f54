package org.clattention.model;

import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.clattention.config.DataType;
import org.clattention.config.HostTensor;
import org.clattention.model.arch.WeightReader;
import org.jspecify.annotations.Nullable;

/** Notes which tensors an architecture asks for. What it hands out holds nothing and must not be used. */
public final class NeededTensors implements WeightReader {
    private static final HostTensor NOTHING = HostTensor.wrap(DataType.F32, ByteBuffer.allocate(0), 0);

    /**
     * One tensor.
     *
     * @param name as it is stored
     * @param shape as it is stored
     * @param matrix whether it can be stored in another type on the device; all else is F32 there
     * @param columns in_features: the length of the rows on the device
     */
    record Needed(String name, List<Long> shape, boolean matrix, long columns) {
        long[] dims() {
            return shape.stream().mapToLong(dim -> dim).toArray();
        }

        long elements() {
            long product = 1;
            for (long dim : shape) {
                product = Math.multiplyExact(product, dim);
            }
            return product;
        }

        /** What it takes on a device that keeps F64 as F32; {@code storage} null keeps the file's type. */
        long deviceBytes(DataType fileType, @Nullable DataType storage) {
            DataType type = !matrix ? DataType.F32 : storage == null ? fileType : storage;
            return (type == DataType.F64 ? DataType.F32 : type).bytes(elements());
        }
    }

    private final ModelTensors tensors;
    private final Map<String, Needed> needed = new LinkedHashMap<>();

    NeededTensors(ModelTensors tensors) {
        this.tensors = tensors;
    }

    /** All that was asked for, each once, in that order. */
    Collection<Needed> all() {
        return Collections.unmodifiableCollection(needed.values());
    }

    Set<String> names() {
        return Collections.unmodifiableSet(needed.keySet());
    }

    /** Fails with one line if a matrix cannot be stored in this type. */
    void requireStorable(DataType storage) {
        if (!storage.isReal()) {
            throw new IllegalArgumentException("storage: " + storage + " is not a floating-point or quantized type");
        }
        for (Needed n : needed.values()) {
            if (n.matrix && n.columns % storage.blockElements() != 0) {
                throw new IllegalArgumentException("storage: " + storage + " needs rows of whole blocks of "
                        + storage.blockElements() + ", but those of " + n.name + " have " + n.columns + " numbers");
            }
            if (n.matrix && storage.bytes(n.elements()) > Integer.MAX_VALUE) {
                throw new IllegalArgumentException("storage: as " + storage + ", " + n.name + " takes "
                        + storage.bytes(n.elements()) + " bytes; a single tensor must have less than 2 GiB");
            }
        }
    }

    @Override
    public boolean has(String name) {
        return tensors.has(name);
    }

    @Override
    public HostTensor matrix(String name, long rows, long columns) {
        return note(new Needed(name, List.of(rows, columns), true, columns));
    }

    @Override
    public List<HostTensor> transposed(String name, int parts, long rows, long columns) {
        return Collections.nCopies(parts, note(new Needed(name, List.of(columns, parts * rows), true, columns)));
    }

    @Override
    public List<HostTensor> vectors(String name, int parts, long size) {
        return Collections.nCopies(parts, note(new Needed(name, List.of(parts * size), false, size)));
    }

    @Override
    public HostTensor onePlus(String name, long size) {
        return vector(name, size);
    }

    private HostTensor note(Needed tensor) {
        needed.put(tensor.name, tensor);
        return NOTHING;
    }
}
