package org.clattention.internal.layer;

import java.util.ArrayList;
import java.util.List;
import org.clattention.config.DataType;
import org.clattention.config.HostTensor;
import org.clattention.internal.backend.Backend;
import org.clattention.internal.backend.DeviceArray;
import org.clattention.internal.backend.PackedWeights;
import org.jspecify.annotations.Nullable;

/** The parameters that a layer has put on the device; closing frees them all. A constructor that fails closes it, too. */
final class ParameterArrays implements AutoCloseable {
    private final Backend backend;
    private final List<AutoCloseable> owned = new ArrayList<>();

    ParameterArrays(Backend backend) {
        this.backend = backend;
    }

    /** A vector as F32; null stays null. */
    @Nullable
    DeviceArray vector(String name, @Nullable HostTensor values) {
        return values == null ? null : required(name, values);
    }

    /** A vector as F32. */
    DeviceArray required(String name, HostTensor values) {
        DeviceArray array = backend.allocate(DataType.F32, values.elements(), name);
        owned.add(array);
        backend.write(array, values.to(DataType.F32).data());
        return array;
    }

    /** Stacked matrices with their biases. */
    PackedWeights pack(String name, List<HostTensor> matrices, List<@Nullable HostTensor> biases) {
        return pack(name, matrices, biases, Backend.Use.PROJECTION);
    }

    /** The same for another use. */
    PackedWeights pack(String name, List<HostTensor> matrices, List<@Nullable HostTensor> biases, Backend.Use use) {
        PackedWeights packed = backend.pack(name, matrices, biases, use);
        owned.add(packed);
        return packed;
    }

    /** Anything else to be closed with these. */
    <T extends @Nullable AutoCloseable> T own(T thing) {
        if (thing != null) {
            owned.add(thing);
        }
        return thing;
    }

    @Override
    public void close() {
        for (int i = owned.size() - 1; i >= 0; i--) {
            try {
                owned.get(i).close();
            } catch (RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new IllegalStateException("close failed", e);
            }
        }
    }
}
