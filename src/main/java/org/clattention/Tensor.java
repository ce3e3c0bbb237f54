package org.clattention;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import org.clattention.backend.DeviceArray;

/**
 * A dense row-major tensor in the memory of an engine's device. Made by the engine and by layers; freed by
 * {@link #close()}, or with its engine. Thread-safe; its contents do not change.
 */
public final class Tensor implements AutoCloseable {
    private final AttentionEngine engine;
    private final DeviceArray array;
    private final long[] shape;
    private final Lifetime lifetime;

    Tensor(AttentionEngine engine, DeviceArray array, String name, long... shape) {
        this.engine = engine;
        this.array = array;
        this.shape = shape.clone();
        this.lifetime = new Lifetime("tensor " + name + " " + Arrays.toString(shape), this::free);
        engine.adopt(this, lifetime::close);
    }

    private void free() {
        engine.disown(this);
        array.close();
    }

    /** The element type. */
    public DataType type() {
        return array.type();
    }

    /** A copy of the shape, outermost dimension first. */
    public long[] shape() {
        return shape.clone();
    }

    /** The number of dimensions. */
    public int rank() {
        return shape.length;
    }

    /** The size of dimension {@code i}; negative {@code i} counts from the last. */
    public long dim(int i) {
        return shape[i < 0 ? shape.length + i : i];
    }

    /** The number of elements. */
    public long elements() {
        return array.elements();
    }

    /**
     * Copies the elements to the host, as floats.
     *
     * @throws IllegalStateException if the tensor is closed, or not of a floating-point type
     */
    public float[] toFloats() {
        requireType(type().isFloatingPoint(), "floating-point");
        if (type() != DataType.F32) {
            return toHost().toFloats();
        }
        float[] out = new float[Math.toIntExact(elements())];
        read(FloatBuffer.wrap(out));
        return out;
    }

    /**
     * Copies the elements of an I32 tensor to the host.
     *
     * @throws IllegalStateException if the tensor is closed, or not I32
     */
    public int[] toInts() {
        requireType(type() == DataType.I32, "I32");
        int[] out = new int[Math.toIntExact(elements())];
        download().asIntBuffer().get(out);
        return out;
    }

    /** Copies the tensor to the host, in its own type. */
    public HostTensor toHost() {
        return HostTensor.wrap(type(), download(), shape);
    }

    /**
     * Copies the elements of an F32 tensor into {@code target} at its position.
     *
     * @throws IllegalArgumentException if the target has room for fewer elements
     * @throws IllegalStateException if the tensor is closed, or not F32
     */
    public void read(FloatBuffer target) {
        requireType(type() == DataType.F32, "F32");
        if (target.remaining() < elements()) {
            throw new IllegalArgumentException(
                    "target: room for " + target.remaining() + " elements, but the tensor has " + elements());
        }
        target.put(download().asFloatBuffer());
    }

    private void requireType(boolean fits, String wanted) {
        if (!fits) {
            throw new IllegalStateException(this + " is not " + wanted);
        }
    }

    private ByteBuffer download() {
        long bytes = type().bytes(elements());
        ByteBuffer target = ByteBuffer.allocateDirect(Math.toIntExact(bytes)).order(ByteOrder.LITTLE_ENDIAN);
        try (Use use = new Use(engine)) {
            use.hold(lifetime);
            engine.backend().read(array, target);
        }
        return target;
    }

    /** Frees the device memory once no call uses it; further calls do nothing. */
    @Override
    public void close() {
        lifetime.close();
    }

    AttentionEngine engine() {
        return engine;
    }

    DeviceArray array() {
        return array;
    }

    Lifetime lifetime() {
        return lifetime;
    }

    @Override
    public String toString() {
        return "tensor " + type() + " " + Arrays.toString(shape) + (lifetime.isClosed() ? " (closed)" : "");
    }
}
