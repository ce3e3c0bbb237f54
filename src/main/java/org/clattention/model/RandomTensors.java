package org.clattention.model;

import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.clattention.config.DataType;
import org.clattention.config.HalfPrecision;
import org.clattention.config.HostTensor;

/**
 * Tensors of random numbers, made when they are asked for: the same for the same seed, name, type and shape. Numbers are
 * nearly normal with the standard deviation 0.02; those of norms' weights lie about a mean, other vectors and matrices
 * about 0. A tensor is not kept, but as long as somebody holds it, it is not made again.
 */
final class RandomTensors implements ModelTensors {
    static final double DEVIATION = 0.02;

    private static final long GOLDEN_GAMMA = 0x9e3779b97f4a7c15L;
    /** A sum of four uniform numbers from 0 to 65535 has this mean and this deviation. */
    private static final float MEAN = 2 * 65535f;

    private static final float SPREAD = (float) Math.sqrt(4 * (65536.0 * 65536.0 - 1) / 12);

    private final long seed;
    private final DataType type;
    private final float normMean;
    private final Map<String, WeakReference<HostTensor>> alive = new ConcurrentHashMap<>();

    /**
     * @param type floating-point
     * @param normMean the mean of norms' weights: 1, or 0 in models that add 1 themselves
     */
    RandomTensors(long seed, DataType type, double normMean) {
        if (!type.isFloatingPoint()) {
            throw new IllegalArgumentException("type: " + type + " must be F64, F32, F16 or BF16");
        }
        this.seed = seed;
        this.type = type;
        this.normMean = (float) normMean;
    }

    @Override
    public HostTensor get(String name, long... shape) {
        WeakReference<HostTensor> reference = alive.get(name);
        HostTensor known = reference == null ? null : reference.get();
        if (known != null && Arrays.equals(known.shape(), shape)) {
            return known;
        }
        HostTensor made = make(name, shape);
        alive.put(name, new WeakReference<>(made));
        return made;
    }

    private HostTensor make(String name, long... shape) {
        long elements = Arrays.stream(shape).reduce(1, Math::multiplyExact);
        if (type.bytes(elements) > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("tensor " + name + ": " + type.bytes(elements)
                    + " bytes; a single tensor must have less than 2 GiB");
        }
        ByteBuffer out = ByteBuffer.allocate((int) type.bytes(elements)).order(ByteOrder.LITTLE_ENDIAN);
        fill(out, (int) elements, start(name), isNorm(name) && shape.length == 1 ? normMean : 0);
        return HostTensor.wrap(type, out, shape);
    }

    /** One step of SplitMix64 (Steele et al. 2014) for each number: the sum of the four 16-bit parts is nearly normal. */
    private void fill(ByteBuffer out, int elements, long start, float mean) {
        float factor = (float) DEVIATION / SPREAD;
        float shift = mean - MEAN * factor;
        long state = start;
        for (int i = 0; i < elements; i++) {
            state += GOLDEN_GAMMA;
            long bits = mix(state);
            long sum = (bits & 0xffff) + (bits >>> 16 & 0xffff) + (bits >>> 32 & 0xffff) + (bits >>> 48);
            float value = sum * factor + shift;
            switch (type) {
                case BF16 -> out.putShort(2 * i, HalfPrecision.floatToBf16(value));
                case F16 -> out.putShort(2 * i, HalfPrecision.floatToF16(value));
                case F32 -> out.putFloat(4 * i, value);
                default -> out.putDouble(8 * i, value);
            }
        }
    }

    private long start(String name) {
        long hash = seed;
        for (int i = 0; i < name.length(); i++) {
            hash = mix(hash + GOLDEN_GAMMA + name.charAt(i));
        }
        return hash;
    }

    private static long mix(long value) {
        long z = (value ^ value >>> 30) * 0xbf58476d1ce4e5b9L;
        z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
        return z ^ z >>> 31;
    }

    private static boolean isNorm(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return (lower.contains("norm") || lower.contains("ln_")) && !lower.endsWith("bias") && !lower.endsWith("beta");
    }

    @Override
    public DataType type(String name) {
        return type;
    }

    /** Whatever is asked for can be made. */
    @Override
    public boolean has(String name) {
        return true;
    }

    @Override
    public Set<String> names() {
        return Set.of();
    }
}
