package org.clattention.verify;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.clattention.config.DataType;
import org.clattention.config.HalfPrecision;
import org.clattention.config.HostTensor;

/**
 * Pseudo-random tensors that any language can reproduce bit by bit, so that a golden case need not carry megabytes of
 * weights. Element {@code i} of tensor {@code t} is splitmix64's finalizer of {@code seed·0x9E3779B97F4A7C15 + (t<<40)
 * + i} modulo 2^64; its upper 24 bits {@code u} give {@code (u − 8388607.5) / 8388608 · √3 · std}, computed in double
 * from left to right and rounded to float: uniform, with mean 0 and standard deviation {@code std}.
 */
public final class SeededTensors {
    /** The largest tensor that is made: 2^28 elements, one GiB. */
    public static final long MAX_ELEMENTS = 1L << 28;

    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;
    private static final double SQRT3 = Math.sqrt(3);

    /** Elements that one thread makes at a time. */
    private static final int CHUNK = 1 << 16;

    private SeededTensors() {}

    /**
     * An F32 tensor of pseudo-random values.
     *
     * @see #tensor(long, int, DataType, double, long...)
     */
    public static HostTensor tensor(long seed, int tensorIndex, double std, long... shape) {
        return tensor(seed, tensorIndex, DataType.F32, std, shape);
    }

    /**
     * A tensor of pseudo-random values, each rounded to float and then to the type. Only the tensor itself is allocated.
     *
     * @param tensorIndex tells the tensors of one seed apart; 0 to 255
     * @param type F32, F16 or BF16
     * @param std standard deviation, finite and not negative
     * @param shape at most {@link #MAX_ELEMENTS} elements
     * @throws IllegalArgumentException if an argument is out of range
     */
    public static HostTensor tensor(long seed, int tensorIndex, DataType type, double std, long... shape) {
        if (tensorIndex < 0 || tensorIndex > 255) {
            throw new IllegalArgumentException("tensorIndex: " + tensorIndex + " is not in 0 to 255");
        }
        if (type != DataType.F32 && type != DataType.F16 && type != DataType.BF16) {
            throw new IllegalArgumentException("type: " + type + " must be F32, F16 or BF16");
        }
        if (!(std >= 0 && std < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("std: " + std + " must be finite and not negative");
        }
        int n = count(shape);
        ByteBuffer data =
                ByteBuffer.allocate(Math.multiplyExact(type.bytes(), n)).order(ByteOrder.LITTLE_ENDIAN);
        long start = seed * GOLDEN_GAMMA + ((long) tensorIndex << 40);
        IntStream.range(0, (n + CHUNK - 1) / CHUNK)
                .parallel()
                .forEach(chunk -> fill(data, type, std, start, chunk * CHUNK, (int) Math.min(n, (chunk + 1L) * CHUNK)));
        return HostTensor.wrap(type, data, shape);
    }

    private static void fill(ByteBuffer data, DataType type, double std, long start, int from, int to) {
        for (int i = from; i < to; i++) {
            long u = mix(start + i) >>> 40;
            float value = (float) ((u - 8388607.5) / 8388608 * SQRT3 * std);
            switch (type) {
                case F32 -> data.putFloat(4 * i, value);
                case F16 -> data.putShort(2 * i, HalfPrecision.floatToF16(value));
                default -> data.putShort(2 * i, HalfPrecision.floatToBf16(value));
            }
        }
    }

    private static long mix(long z) {
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    private static int count(long[] shape) {
        long product = 1;
        for (long dim : shape) {
            // Both factors stay below 2^29, so that the product cannot overflow.
            if (dim < 0 || dim > MAX_ELEMENTS || product * dim > MAX_ELEMENTS) {
                throw new IllegalArgumentException("shape: " + Arrays.toString(shape)
                        + " has a negative dimension or more than " + MAX_ELEMENTS + " elements");
            }
            product *= dim;
        }
        return (int) product;
    }
}
