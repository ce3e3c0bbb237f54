package org.clattention.internal.backend.cpu;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.atomic.AtomicReference;
import org.clattention.config.DataType;
import org.clattention.internal.backend.DeviceArray;
import org.jspecify.annotations.Nullable;

/**
 * Elements in a Java array: float[], short[] for 16-bit floats, int[], or byte[], also for blocks of quantized types. The
 * array may be longer.
 */
public final class JavaArray implements DeviceArray {
    private final DataType type;
    private final long elements;
    private final Object data;
    private final AtomicReference<@Nullable JavaMemory> owner;

    /**
     * Wraps a Java array.
     *
     * @param owner gets the array back when this is closed; null if it belongs to somebody else
     */
    public JavaArray(DataType type, long elements, Object data, @Nullable JavaMemory owner) {
        this.type = type;
        this.elements = elements;
        this.data = data;
        this.owner = new AtomicReference<>(owner);
    }

    public static JavaArray of(DeviceArray array) {
        return (JavaArray) array;
    }

    /** The values of an optional F32 array; empty if there is none. */
    public static float[] optionalFloats(@Nullable DeviceArray array) {
        return array == null ? NO_FLOATS : of(array).floats();
    }

    private static final float[] NO_FLOATS = {};

    @Override
    public DataType type() {
        return type;
    }

    @Override
    public long elements() {
        return elements;
    }

    public float[] floats() {
        return (float[]) data;
    }

    /** The bits of F16 or BF16 values. */
    public short[] shorts() {
        return (short[]) data;
    }

    public int[] ints() {
        return (int[]) data;
    }

    public byte[] bytes() {
        return (byte[]) data;
    }

    /** The same array with fewer elements; the memory stays with this. */
    JavaArray withElements(long fewer) {
        return new JavaArray(type, fewer, data, null);
    }

    /** Copies elements to another array of this type. */
    @SuppressWarnings("SuspiciousSystemArraycopy") // both are arrays
    void copy(int from, JavaArray target, int to, int count) {
        if (type.isQuantized()) {
            System.arraycopy(
                    data,
                    Q8Blocks.at(type, from),
                    target.data,
                    Q8Blocks.at(type, to),
                    Math.toIntExact(type.bytes(count)));
        } else {
            System.arraycopy(data, from, target.data, to, count);
        }
    }

    void write(ByteBuffer source) {
        ByteBuffer from = source.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        int bytes = from.remaining();
        if (data instanceof float[] values) {
            from.asFloatBuffer().get(values, 0, bytes / Float.BYTES);
        } else if (data instanceof short[] values) {
            from.asShortBuffer().get(values, 0, bytes / Short.BYTES);
        } else if (data instanceof int[] values) {
            from.asIntBuffer().get(values, 0, bytes / Integer.BYTES);
        } else {
            from.get(bytes(), 0, bytes);
        }
    }

    void read(ByteBuffer target) {
        ByteBuffer to = target.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        int bytes = to.remaining();
        if (data instanceof float[] values) {
            to.asFloatBuffer().put(values, 0, bytes / Float.BYTES);
        } else if (data instanceof short[] values) {
            to.asShortBuffer().put(values, 0, bytes / Short.BYTES);
        } else if (data instanceof int[] values) {
            to.asIntBuffer().put(values, 0, bytes / Integer.BYTES);
        } else {
            to.put(bytes(), 0, bytes);
        }
    }

    @Override
    public void close() {
        JavaMemory memory = owner.getAndSet(null);
        if (memory != null) {
            memory.free(data);
        }
    }
}
