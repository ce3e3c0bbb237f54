package org.clattention.config;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Argument checks that name the parameter, the value and the rule. For this library alone; may change. */
public final class Checks {
    private static final String RANGE = "from " + Float.MIN_NORMAL + " to " + Float.MAX_VALUE + ", as a float holds it";

    private Checks() {}

    /** Checks an argument that must not be null. */
    public static void given(String name, @Nullable Object value) {
        if (value == null) {
            throw new IllegalArgumentException(name + ": null, but it must be given");
        }
    }

    public static void positive(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + ": " + value + " must be at least 1");
        }
    }

    /**
     * Checks a positive number that is computed with as a float. What a float rounds to 0 or infinity would mean something
     * else, and so would what a device may flush to 0: a subnormal.
     */
    public static void positive(String name, double value) {
        if (!(value > 0 && isNormal(value))) {
            throw new IllegalArgumentException(name + ": " + value + " must be positive and " + RANGE);
        }
    }

    /** Checks a number that is computed with as a float, where 0 means none. */
    public static void notNegative(String name, double value) {
        if (value != 0 && !(value > 0 && isNormal(value))) {
            throw new IllegalArgumentException(name + ": " + value + " must be 0 (none) or positive and " + RANGE);
        }
    }

    /** Checks a number of either sign that is computed with as a float. */
    public static void real(String name, double value) {
        if (value != 0 && !isNormal(value)) {
            throw new IllegalArgumentException(name + ": " + value + " must be 0 or of a magnitude " + RANGE);
        }
    }

    private static boolean isNormal(double value) {
        float magnitude = Math.abs((float) value);
        return magnitude >= Float.MIN_NORMAL && magnitude <= Float.MAX_VALUE;
    }

    /**
     * Checks that each value of a parameter is finite, and not zero for a float alone.
     *
     * @param orNone whether −∞ may be given, too
     */
    public static void values(String name, @Nullable HostTensor tensor, boolean orNone) {
        for (int i = 0; tensor != null && i < tensor.elements(); i++) {
            double value = tensor.getDouble(i);
            float stored = (float) value;
            boolean none = orNone && value == Double.NEGATIVE_INFINITY;
            if (!none && (!Float.isFinite(stored) || (stored == 0 && value != 0))) {
                throw new IllegalArgumentException("weights." + name + "[" + i + "]: " + value + " must be "
                        + (Double.isFinite(value) ? "0 or of a magnitude " + RANGE : "finite"));
            }
        }
    }

    public static int fitsInt(String name, long value) {
        if (value > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(name + ": " + value + " must be at most " + Integer.MAX_VALUE);
        }
        return (int) value;
    }

    /** The number of elements of a shape. */
    public static long elements(String name, long... shape) {
        given(name, shape);
        long product = 1;
        boolean overflow = false;
        for (long dim : shape) {
            if (dim < 0) {
                throw new IllegalArgumentException(name + ": " + Arrays.toString(shape) + " has a negative dimension");
            }
            overflow = dim != 0 && (overflow || product > Long.MAX_VALUE / dim);
            product = overflow ? Long.MAX_VALUE : product * dim;
        }
        if (overflow) {
            throw new IllegalArgumentException(
                    name + ": " + Arrays.toString(shape) + " must have fewer than 2^63 elements");
        }
        return product;
    }

    /** Checks a type that tensors on a device may have. */
    public static void stored(String name, DataType type) {
        if (type == DataType.F64 || type == DataType.I64 || type == DataType.U8 || type.isQuantized()) {
            throw new IllegalArgumentException(name + ": " + type + " must be F32, F16, BF16, BOOL or I32");
        }
    }

    /** The bytes of a shape's elements. */
    public static long bytes(String name, DataType type, long... shape) {
        long elements = elements(name, shape);
        if (elements > Long.MAX_VALUE / 8) {
            throw new IllegalArgumentException(
                    name + ": " + Arrays.toString(shape) + " of " + type + " must take fewer than 2^63 bytes");
        }
        return type.bytes(elements);
    }

    /** The size of a dimension; negative {@code i} counts from the last. */
    public static long dimension(int i, long... shape) {
        if (i < -shape.length || i >= shape.length) {
            throw new IllegalArgumentException("i: " + i + " is no dimension of the shape " + Arrays.toString(shape));
        }
        return shape[i < 0 ? shape.length + i : i];
    }

    /** The bytes of what is to lie in one buffer of the JVM. */
    public static int hostBytes(String name, long bytes) {
        if (bytes > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    name + ": takes " + bytes + " bytes, but a buffer of the JVM holds at most " + Integer.MAX_VALUE);
        }
        return (int) bytes;
    }

    public static void shape(String name, long[] got, String meaning, long... want) {
        if (!Arrays.equals(got, want)) {
            throw new IllegalArgumentException(
                    name + ": shape " + Arrays.toString(got) + " must be " + meaning + " = " + Arrays.toString(want));
        }
    }

    /** Checks type and shape of a parameter; matrices may be quantized. */
    public static void weights(String name, HostTensor tensor, String meaning, long... shape) {
        boolean matrix = shape.length == 2;
        if (!(matrix ? tensor.type().isReal() : tensor.type().isFloatingPoint())) {
            throw new IllegalArgumentException("weights." + name + ": type " + tensor.type()
                    + (matrix ? " must be F64, F32, F16, BF16, Q8_0 or Q4_0" : " must be F64, F32, F16 or BF16"));
        }
        shape("weights." + name, tensor.shape(), meaning, shape);
    }

    /** Checks that rows of this size can be cached in a type. */
    public static void cachedRows(DataType type, String name, int size) {
        if (size % type.blockElements() != 0) {
            throw new IllegalArgumentException("type: a " + type + " cache needs rows of whole blocks, but the " + name
                    + " " + size + " is not a multiple of " + type.blockElements());
        }
    }

    public static void lengths(int[] lengths, int batch, int keyLength) {
        if (lengths.length != batch) {
            throw new IllegalArgumentException("lengths: " + lengths.length + " values, but the batch is " + batch);
        }
        for (int b = 0; b < batch; b++) {
            if (lengths[b] < 0 || lengths[b] > keyLength) {
                throw new IllegalArgumentException(
                        "lengths[" + b + "]: " + lengths[b] + " must be between 0 and the key length " + keyLength);
            }
        }
    }
}
