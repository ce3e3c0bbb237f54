package org.clattention;

import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import org.clattention.config.Checks;
import org.clattention.config.DataType;
import org.clattention.config.HostTensor;
import org.clattention.internal.backend.DeviceArray;

/**
 * A dense row-major tensor in the memory of an engine's device. Made by the engine and by layers; freed by
 * {@link #close()}, or with its engine.
 *
 * <p>Thread-safe as long as its contents do not change, which they do only by {@link #write} and as the output of a call that
 * was given it ({@link AttentionInputs#into}). Whoever does that sees to it that no other thread uses the tensor meanwhile.
 */
public final class Tensor implements AutoCloseable {
    private final AttentionEngine engine;
    private final DeviceArray array;
    private final long[] shape;
    private final Lifetime lifetime;

    Tensor(AttentionEngine engine, DeviceArray array, String name, long... shape) {
        this.engine = engine;
        this.array = array;
        long[] sizes = shape.clone();
        this.shape = sizes;
        // Nothing that the engine keeps holds this tensor, so that it shows when nobody else does.
        this.lifetime = Lifetime.of(engine, () -> "tensor " + name + " " + Arrays.toString(sizes), () -> {
            array.close();
            engine.leaks().closed();
        });
        engine.leaks().watch(this, lifetime);
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

    /**
     * The size of dimension {@code i}; negative {@code i} counts from the last.
     *
     * @throws IllegalArgumentException if there is no such dimension
     */
    public long dim(int i) {
        return Checks.dimension(i, shape);
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
        float[] out = new float[requireSmall(elements(), "elements")];
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
        int[] out = new int[requireSmall(elements(), "elements")];
        download().asIntBuffer().get(out);
        return out;
    }

    /** Copies the tensor to the host, in its own type. */
    public HostTensor toHost() {
        return HostTensor.wrap(type(), download(), shape);
    }

    /**
     * Copies the elements of an F32 tensor into {@code target} at its position, which moves behind them. A direct buffer of
     * little-endian order is written to by the device itself; others through a copy.
     *
     * @throws IllegalArgumentException if the target has room for fewer elements, or is read-only
     * @throws IllegalStateException if the tensor is closed, or not F32
     */
    public void read(FloatBuffer target) {
        Checks.given("target", target);
        requireType(type() == DataType.F32, "F32");
        requireRoom(target, target.remaining(), elements(), "elements");
        if (!target.isDirect() || target.order() != ByteOrder.LITTLE_ENDIAN) {
            target.put(download().asFloatBuffer());
            return;
        }
        int end = target.position() + (int) elements();
        FloatBuffer part = target.duplicate().limit(end);
        try (Use use = new Use(engine)) {
            use.hold(lifetime);
            engine.backend().read(array, part);
        }
        target.position(end);
    }

    /**
     * Copies the elements as little-endian bytes into {@code target} at its position, which moves behind them; its byte order
     * does not matter. A direct buffer is written to by the device itself; others through a copy.
     *
     * @throws IllegalArgumentException if the target has room for fewer bytes, or is read-only
     * @throws IllegalStateException if the tensor is closed
     */
    public void read(ByteBuffer target) {
        Checks.given("target", target);
        requireRoom(target, target.remaining(), bytes(), "bytes");
        if (!target.isDirect()) {
            target.put(download());
            return;
        }
        int end = target.position() + (int) bytes();
        ByteBuffer part = target.duplicate().limit(end);
        try (Use use = new Use(engine)) {
            use.hold(lifetime);
            engine.backend().read(array, part);
        }
        target.position(end);
    }

    /**
     * Replaces the contents.
     *
     * @param source all elements as little-endian bytes, from its position to its limit; a direct buffer is read by the device
     *     itself. Its position moves to its limit
     * @throws IllegalArgumentException if these are not exactly the bytes of this tensor; nothing has changed then
     * @throws IllegalStateException if the tensor is closed
     */
    public void write(ByteBuffer source) {
        Checks.given("source", source);
        if (source.remaining() != bytes()) {
            throw new IllegalArgumentException(
                    "source: " + source.remaining() + " bytes, but " + this + " takes " + bytes());
        }
        try (Use use = new Use(engine)) {
            use.hold(lifetime);
            engine.backend().write(array, source.duplicate());
        }
        source.position(source.limit());
    }

    /**
     * Replaces the contents of an F32 tensor, through a copy.
     *
     * @param source all elements, from its position to its limit, in any byte order. Its position moves to its limit
     * @throws IllegalArgumentException if these are not exactly as many as the tensor has; nothing has changed then
     * @throws IllegalStateException if the tensor is closed, or not F32
     */
    public void write(FloatBuffer source) {
        Checks.given("source", source);
        requireType(type() == DataType.F32, "F32");
        if (source.remaining() != elements()) {
            throw new IllegalArgumentException(
                    "source: " + source.remaining() + " elements, but " + this + " has " + elements());
        }
        ByteBuffer bytes = HostMemoryChecks.direct(toString(), requireSmall(bytes(), "bytes"));
        bytes.asFloatBuffer().put(source.duplicate());
        write(bytes);
        source.position(source.limit());
    }

    /**
     * Replaces the contents.
     *
     * @throws IllegalArgumentException if type or shape differ from this tensor's; nothing has changed then
     * @throws IllegalStateException if the tensor is closed
     */
    public void write(HostTensor source) {
        Checks.given("source", source);
        if (source.type() != type() || !Arrays.equals(source.shape(), shape)) {
            throw new IllegalArgumentException(
                    "source: " + source + " must be " + type() + " " + Arrays.toString(shape));
        }
        write(source.data());
    }

    private static void requireRoom(Buffer target, int room, long needed, String unit) {
        if (target.isReadOnly()) {
            throw new IllegalArgumentException("target: is read-only");
        }
        if (room < needed) {
            throw new IllegalArgumentException(
                    "target: room for " + room + " " + unit + ", but the tensor has " + needed);
        }
    }

    private long bytes() {
        return type().bytes(elements());
    }

    private void requireType(boolean fits, String wanted) {
        if (!fits) {
            throw new IllegalStateException(this + " is not " + wanted);
        }
    }

    /** What is copied at once must fit into one array or buffer. */
    private int requireSmall(long count, String unit) {
        if (count > Integer.MAX_VALUE - 8) {
            throw new IllegalStateException(this + " has " + count + " " + unit
                    + ", but an array or a buffer of the JVM takes at most " + (Integer.MAX_VALUE - 8));
        }
        return (int) count;
    }

    private ByteBuffer download() {
        ByteBuffer target = HostMemoryChecks.direct(toString(), requireSmall(bytes(), "bytes"));
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
