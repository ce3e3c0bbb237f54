package org.clattention.config;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;

/**
 * A dense row-major tensor in host memory: a type, a shape and little-endian bytes, which may lie in a mapped file. The
 * last dimension of a quantized tensor is a multiple of 32.
 * Immutable as long as nobody writes to the buffer that it was made from.
 */
public final class HostTensor {
    private final DataType type;
    private final long[] shape;
    private final long elements;
    private final ByteBuffer data;

    private HostTensor(DataType type, ByteBuffer data, long[] shape) {
        this.type = type;
        this.shape = shape.clone();
        this.elements = Checks.elements("shape", shape);
        this.data = data.duplicate().order(ByteOrder.LITTLE_ENDIAN);
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

    /** The bytes, little-endian and read-only. */
    public ByteBuffer data() {
        return data.asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Element {@code i} in row-major order as a double; booleans are 0 or 1. */
    public double getDouble(int i) {
        requireElement(i);
        return switch (type) {
            case F64 -> data.getDouble(8 * i);
            case I64 -> data.getLong(8 * i);
            case I32 -> data.getInt(4 * i);
            default -> getFloat(i);
        };
    }

    /** Element {@code i} in row-major order, rounded to a float. */
    public float getFloat(int i) {
        requireElement(i);
        return switch (type) {
            case F64 -> (float) data.getDouble(8 * i);
            case F32 -> data.getFloat(4 * i);
            case F16 -> HalfPrecision.f16ToFloat(data.getShort(2 * i));
            case BF16 -> HalfPrecision.bf16ToFloat(data.getShort(2 * i));
            case I64 -> data.getLong(8 * i);
            case I32 -> data.getInt(4 * i);
            case U8 -> data.get(i) & 0xff;
            case BOOL -> data.get(i) == 0 ? 0 : 1;
            case Q8_0, Q4_0 -> QuantizedBlocks.get(type, data, i);
        };
    }

    /**
     * Element {@code i} as a long; for integer types and BOOL.
     *
     * @throws IllegalStateException for other types
     */
    public long getLong(int i) {
        requireElement(i);
        return switch (type) {
            case I64 -> data.getLong(8 * i);
            case I32 -> data.getInt(4 * i);
            case U8 -> data.get(i) & 0xff;
            case BOOL -> data.get(i) == 0 ? 0 : 1;
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
        double[] out = new double[Checks.fitsInt("elements", elements())];
        for (int i = 0; i < out.length; i++) {
            out[i] = getDouble(i);
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
        if (type == DataType.F32) {
            FloatBuffer floats = data.duplicate().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
            target.put(floats.slice(start, count));
            return;
        }
        int end = start + count;
        int i = start;
        if (type.isQuantized() && start % QuantizedBlocks.SIZE == 0) {
            float[] block = new float[QuantizedBlocks.SIZE];
            for (; i + block.length <= end; i += block.length) {
                QuantizedBlocks.dequantize(type, data, i / block.length, block);
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
        ByteBuffer view = data.duplicate();
        view.position(Math.toIntExact(type.bytes(from * rowElements)))
                .limit(Math.toIntExact(type.bytes(to * rowElements)));
        return new HostTensor(type, view.slice(), part);
    }

    /** The same elements under another shape, without a copy. */
    public HostTensor reshape(long... newShape) {
        if (Checks.elements("newShape", newShape) != elements()) {
            throw new IllegalArgumentException("newShape: " + Arrays.toString(newShape)
                    + " does not have the elements of " + Arrays.toString(shape));
        }
        requireBlocks(type, newShape);
        return new HostTensor(type, data, newShape);
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
