package org.clattention.config;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A dense row-major tensor on the host: a type, a shape and little-endian bytes, in memory or in a file that is read where
 * they are asked for. The last dimension of a quantized tensor is a multiple of 32.
 * Immutable as long as nobody writes to the buffer or the file that it was made from.
 */
public final class HostTensor {
    /** So many elements are read when a single one is asked for: whole blocks of every type. */
    private static final int PART_ELEMENTS = 1 << 15;

    /** Where the bytes of a tensor lie that is not in memory. Thread-safe. */
    @FunctionalInterface
    public interface Source {
        /** Fills the rest of a buffer with the tensor's bytes from a position on; fails with a RuntimeException if it cannot. */
        void read(long position, ByteBuffer target);
    }

    private final DataType type;
    private final long[] shape;
    private final long elements;

    /** One of these is null: the bytes lie in memory or elsewhere. */
    private final @Nullable Source source;

    private final @Nullable ByteBuffer data;

    /** Of a tensor that lies elsewhere: where a single element was asked for last. */
    private volatile @Nullable Part part;

    /** Elements in memory. */
    private record Part(int first, HostTensor elements) {}

    private HostTensor(DataType type, ByteBuffer data, long[] shape) {
        this(type, null, data.duplicate().order(ByteOrder.LITTLE_ENDIAN), shape);
    }

    private HostTensor(DataType type, @Nullable Source source, @Nullable ByteBuffer data, long[] shape) {
        this.type = type;
        this.shape = shape.clone();
        this.elements = Checks.elements("shape", shape);
        this.source = source;
        this.data = data;
    }

    /**
     * A tensor whose bytes stay where they are and are read when they are asked for. What was read is not kept, but for some
     * elements around a single one.
     */
    public static HostTensor stored(DataType type, Source source, long... shape) {
        Checks.given("type", type);
        Checks.given("source", source);
        Checks.given("shape", shape);
        requireBytes(type, shape);
        return new HostTensor(type, source, null, shape);
    }

    private static void requireBytes(DataType type, long[] shape) {
        if (bytes(type, shape) > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("shape: " + type + " " + Arrays.toString(shape) + " takes "
                    + bytes(type, shape) + " bytes; at most " + Integer.MAX_VALUE + " are possible");
        }
    }

    /**
     * A tensor over the remaining bytes of {@code data}, without a copy.
     *
     * @throws IllegalArgumentException if the bytes are not exactly those of the shape
     */
    public static HostTensor wrap(DataType type, ByteBuffer data, long... shape) {
        Checks.given("type", type);
        Checks.given("data", data);
        long bytes = bytes(type, shape);
        if (data.remaining() != bytes) {
            throw new IllegalArgumentException("data: " + data.remaining() + " bytes, but " + type + " "
                    + Arrays.toString(shape) + " takes " + bytes);
        }
        return new HostTensor(type, data.slice(), shape);
    }

    /** An F32 tensor with a copy of {@code values}. */
    public static HostTensor of(float[] values, long... shape) {
        Checks.given("values", values);
        checkCount(values.length, shape);
        ByteBuffer data = allocate(DataType.F32, shape);
        data.asFloatBuffer().put(values);
        return new HostTensor(DataType.F32, data, shape);
    }

    /**
     * An F32 tensor with a copy of {@code values}.
     *
     * @param values row-major, from the buffer's position to its limit, in any byte order; the position stays
     * @throws IllegalArgumentException if they are not exactly as many as the shape has
     */
    public static HostTensor of(FloatBuffer values, long... shape) {
        Checks.given("values", values);
        checkCount(values.remaining(), shape);
        ByteBuffer data = allocate(DataType.F32, shape);
        data.asFloatBuffer().put(values.duplicate());
        return new HostTensor(DataType.F32, data, shape);
    }

    /** An F64 tensor with a copy of {@code values}. */
    public static HostTensor ofDoubles(double[] values, long... shape) {
        Checks.given("values", values);
        checkCount(values.length, shape);
        ByteBuffer data = allocate(DataType.F64, shape);
        data.asDoubleBuffer().put(values);
        return new HostTensor(DataType.F64, data, shape);
    }

    /** An I64 tensor with a copy of {@code values}. */
    public static HostTensor ofLongs(long[] values, long... shape) {
        Checks.given("values", values);
        checkCount(values.length, shape);
        ByteBuffer data = allocate(DataType.I64, shape);
        data.asLongBuffer().put(values);
        return new HostTensor(DataType.I64, data, shape);
    }

    /** An I32 tensor with a copy of {@code values}. */
    public static HostTensor ofInts(int[] values, long... shape) {
        Checks.given("values", values);
        checkCount(values.length, shape);
        ByteBuffer data = allocate(DataType.I32, shape);
        data.asIntBuffer().put(values);
        return new HostTensor(DataType.I32, data, shape);
    }

    /** A BOOL tensor with a copy of {@code values}. */
    public static HostTensor ofBooleans(boolean[] values, long... shape) {
        Checks.given("values", values);
        checkCount(values.length, shape);
        ByteBuffer data = allocate(DataType.BOOL, shape);
        for (int i = 0; i < values.length; i++) {
            data.put(i, (byte) (values[i] ? 1 : 0));
        }
        return new HostTensor(DataType.BOOL, data, shape);
    }

    /**
     * This tensor's values rounded to another floating-point or quantized type; itself if it has that type already. From a
     * quantized type to F32 and F64 the values are exact.
     *
     * @throws IllegalArgumentException if {@code target} is another type, or if it is quantized and the last dimension is not
     *     a multiple of 32, a value is NaN or infinite, or one is too large
     */
    public HostTensor to(DataType target) {
        Checks.given("target", target);
        if (target == type) {
            return this;
        }
        if (!target.isReal()) {
            throw new IllegalArgumentException("target: " + target + " is not a floating-point or quantized type");
        }
        return data == null ? new HostTensor(type, load(0, bytes()), shape).converted(target) : converted(target);
    }

    private HostTensor converted(DataType target) {
        ByteBuffer out = allocate(target, shape);
        int n = Checks.fitsInt("elements", elements());
        if (target.isQuantized()) {
            float[] block = new float[QuantizedBlocks.SIZE];
            for (int i = 0; i < n; i += block.length) {
                copyTo(FloatBuffer.wrap(block), i, block.length);
                QuantizedBlocks.quantize(target, block, out, i / block.length);
            }
            return new HostTensor(target, out, shape);
        }
        if (target == DataType.F32) {
            copyTo(out.asFloatBuffer(), 0, n);
            return new HostTensor(target, out, shape);
        }
        for (int i = 0; i < n; i++) {
            switch (target) {
                case F64 -> out.putDouble(8 * i, getDouble(i));
                case F16 -> out.putShort(2 * i, HalfPrecision.floatToF16(getFloat(i)));
                default -> out.putShort(2 * i, HalfPrecision.floatToBf16(getFloat(i)));
            }
        }
        return new HostTensor(target, out, shape);
    }

    /** The element type. */
    public DataType type() {
        return type;
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
        return elements;
    }

    /** The bytes, little-endian and read-only; of a tensor in a file a copy. */
    public ByteBuffer data() {
        ByteBuffer loaded = data;
        return (loaded == null ? load(0, bytes()) : loaded).asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
    }

    /** True if the bytes are in memory, so that {@link #data} copies nothing. */
    public boolean isInMemory() {
        return data != null;
    }

    /** Fills the rest of a buffer with the bytes from a position on. */
    public void copyBytes(int position, ByteBuffer target) {
        Checks.given("target", target);
        if (position < 0 || target.remaining() > bytes() - position) {
            throw new IllegalArgumentException("position: " + position + " and the " + target.remaining()
                    + " bytes after it must lie among the tensor's " + bytes());
        }
        if (target.isReadOnly()) {
            throw new IllegalArgumentException("target: must not be read-only");
        }
        ByteBuffer loaded = data;
        if (loaded != null) {
            target.put(loaded.slice(position, target.remaining()));
        } else if (source != null) {
            source.read(position, target);
        }
    }

    private int bytes() {
        return Math.toIntExact(bytes(type, shape));
    }

    private ByteBuffer load(int position, int count) {
        ByteBuffer out = ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
        copyBytes(position, out);
        return out.flip();
    }

    /** Elements around number {@code i}, which is number {@code i % PART_ELEMENTS} of them. */
    private HostTensor around(int i) {
        Part near = part;
        int first = i - Objects.checkIndex(i, Math.toIntExact(elements())) % PART_ELEMENTS;
        if (near == null || near.first != first) {
            int count = (int) Math.min(PART_ELEMENTS, elements() - first);
            near = new Part(first, loaded(first, count));
            part = near;
        }
        return near.elements;
    }

    /** Some elements in memory; whole blocks. */
    private HostTensor loaded(int first, int count) {
        ByteBuffer bytes = load(Math.toIntExact(type.bytes(first)), Math.toIntExact(type.bytes(count)));
        return new HostTensor(type, bytes, new long[] {count});
    }

    /** Element {@code i} in row-major order as a double; booleans are 0 or 1. */
    public double getDouble(int i) {
        requireElement(i);
        ByteBuffer bytes = data;
        if (bytes == null) {
            return around(i).getDouble(i % PART_ELEMENTS);
        }
        return switch (type) {
            case F64 -> bytes.getDouble(8 * i);
            case I64 -> bytes.getLong(8 * i);
            case I32 -> bytes.getInt(4 * i);
            default -> getFloat(i);
        };
    }

    /** Element {@code i} in row-major order, rounded to a float. */
    public float getFloat(int i) {
        requireElement(i);
        ByteBuffer bytes = data;
        if (bytes == null) {
            return around(i).getFloat(i % PART_ELEMENTS);
        }
        return switch (type) {
            case F64 -> (float) bytes.getDouble(8 * i);
            case F32 -> bytes.getFloat(4 * i);
            case F16 -> HalfPrecision.f16ToFloat(bytes.getShort(2 * i));
            case BF16 -> HalfPrecision.bf16ToFloat(bytes.getShort(2 * i));
            case I64 -> bytes.getLong(8 * i);
            case I32 -> bytes.getInt(4 * i);
            case U8 -> bytes.get(i) & 0xff;
            case BOOL -> bytes.get(i) == 0 ? 0 : 1;
            case Q8_0, Q4_0 -> QuantizedBlocks.get(type, bytes, i);
        };
    }

    /**
     * Element {@code i} as a long; for integer types and BOOL.
     *
     * @throws IllegalStateException for other types
     */
    public long getLong(int i) {
        requireElement(i);
        ByteBuffer bytes = data;
        if (bytes == null) {
            return around(i).getLong(i % PART_ELEMENTS);
        }
        return switch (type) {
            case I64 -> bytes.getLong(8 * i);
            case I32 -> bytes.getInt(4 * i);
            case U8 -> bytes.get(i) & 0xff;
            case BOOL -> bytes.get(i) == 0 ? 0 : 1;
            default -> throw new IllegalStateException("type: a " + type + " tensor has no integer elements");
        };
    }

    private void requireElement(int i) {
        if (i < 0 || i >= elements) {
            throw new IllegalArgumentException("i: " + i + " is no element of " + this);
        }
    }

    /** All elements as floats. */
    public float[] toFloats() {
        float[] out = new float[Checks.fitsInt("elements", elements())];
        copyTo(FloatBuffer.wrap(out), 0, out.length);
        return out;
    }

    /** All elements as doubles. */
    public double[] toDoubles() {
        HostTensor loaded = data == null ? new HostTensor(type, load(0, bytes()), shape) : this;
        double[] out = new double[Checks.fitsInt("elements", elements())];
        for (int i = 0; i < out.length; i++) {
            out[i] = loaded.getDouble(i);
        }
        return out;
    }

    /**
     * Puts elements {@code start} ... {@code start + count − 1}, as floats, into {@code target} at its position.
     *
     * @throws IllegalArgumentException if there are no such elements, or {@code target} has no room for them or is read-only
     */
    public void copyTo(FloatBuffer target, int start, int count) {
        Checks.given("target", target);
        if (start < 0 || count < 0 || count > elements() - start) {
            throw new IllegalArgumentException(
                    "start, count: " + start + ", " + count + " do not lie among the " + elements() + " elements");
        }
        if (target.isReadOnly() || target.remaining() < count) {
            throw new IllegalArgumentException("target: must have room for " + count + " floats, and has "
                    + (target.isReadOnly() ? "none: it is read-only" : target.remaining()));
        }
        ByteBuffer bytes = data;
        if (bytes == null) {
            int block = type.blockElements();
            int before = start % block;
            int whole = (before + count + block - 1) / block * block;
            loaded(start - before, whole).copyTo(target, before, count);
            return;
        }
        if (type == DataType.F32) {
            FloatBuffer floats =
                    bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
            target.put(floats.slice(start, count));
            return;
        }
        int end = start + count;
        int i = start;
        if (type.isQuantized() && start % QuantizedBlocks.SIZE == 0) {
            float[] block = new float[QuantizedBlocks.SIZE];
            for (; i + block.length <= end; i += block.length) {
                QuantizedBlocks.dequantize(type, bytes, i / block.length, block);
                target.put(block);
            }
        }
        for (; i < end; i++) {
            target.put(getFloat(i));
        }
    }

    /** Rows {@code from} (inclusive) to {@code to} (exclusive) of the outermost dimension, without a copy. */
    public HostTensor rows(long from, long to) {
        if (rank() == 0 || from < 0 || to < from || to > shape[0]) {
            throw new IllegalArgumentException(
                    "rows: [" + from + ", " + to + ") do not lie in a tensor of shape " + Arrays.toString(shape));
        }
        long[] part = shape.clone();
        part[0] = to - from;
        long rowElements = shape[0] == 0 ? 0 : elements() / shape[0];
        int begin = Math.toIntExact(type.bytes(from * rowElements));
        int end = Math.toIntExact(type.bytes(to * rowElements));
        ByteBuffer loaded = data;
        return loaded == null
                ? new HostTensor(type, (at, target) -> copyBytes(Math.toIntExact(begin + at), target), null, part)
                : new HostTensor(type, loaded.slice(begin, end - begin), part);
    }

    /** The same elements under another shape, without a copy. */
    public HostTensor reshape(long... newShape) {
        if (Checks.elements("newShape", newShape) != elements()) {
            throw new IllegalArgumentException("newShape: " + Arrays.toString(newShape)
                    + " does not have the elements of " + Arrays.toString(shape));
        }
        requireBlocks(type, newShape);
        return new HostTensor(type, source, data, newShape);
    }

    @Override
    public String toString() {
        return type + " " + Arrays.toString(shape);
    }

    private static ByteBuffer allocate(DataType type, long[] shape) {
        int bytes = Checks.hostBytes("shape: " + type + " " + Arrays.toString(shape), bytes(type, shape));
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static long bytes(DataType type, long[] shape) {
        long elements = Checks.elements("shape", shape);
        requireBlocks(type, shape);
        return type.bytes(elements);
    }

    private static void requireBlocks(DataType type, long[] shape) {
        long last = shape.length == 0 ? 1 : shape[shape.length - 1];
        if (last % type.blockElements() != 0) {
            throw new IllegalArgumentException("shape: " + Arrays.toString(shape) + ", the last dimension " + last
                    + " must be a multiple of " + type.blockElements() + " for " + type);
        }
    }

    private static void checkCount(int count, long[] shape) {
        long elements = Checks.elements("shape", shape);
        if (elements != count) {
            throw new IllegalArgumentException(
                    "values: " + count + " elements, but shape " + Arrays.toString(shape) + " has " + elements);
        }
    }
}
