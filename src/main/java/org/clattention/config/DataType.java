package org.clattention.config;

import java.util.Arrays;
import java.util.List;

/** The element types of tensors, by the names that safetensors and GGUF files use. */
public enum DataType {
    /** IEEE binary64. */
    F64(8),
    /** IEEE binary32. */
    F32(4),
    /** IEEE binary16. */
    F16(2),
    /** The upper half of a binary32: 8 exponent bits, 7 fraction bits. */
    BF16(2),
    /** Signed 64-bit integer. */
    I64(8),
    /** Signed 32-bit integer. */
    I32(4),
    /** Unsigned byte. */
    U8(1),
    /** One byte per value; 0 is false, anything else is true. */
    BOOL(1),
    /**
     * Blocks of 32 neighbours in the last dimension, as in GGUF: an F16 scale d, then 32 signed bytes q; the values are
     * d·q. Made by {@link HostTensor#to}: d = max|x| / 127, q = round(x / d).
     */
    Q8_0(32, 34),
    /**
     * Blocks of 32 neighbours in the last dimension, as in GGUF: an F16 scale d, then 16 bytes, byte i with element i in
     * its lower and element i + 16 in its upper half; the values are d·(half − 8). Made by {@link HostTensor#to}: d is the
     * value of largest magnitude / −8.
     */
    Q4_0(32, 18);

    private final int blockElements;
    private final int blockBytes;

    DataType(int bytes) {
        this(1, bytes);
    }

    DataType(int blockElements, int blockBytes) {
        this.blockElements = blockElements;
        this.blockBytes = blockBytes;
    }

    /** The types of single elements: those of safetensors files. */
    public static List<DataType> plain() {
        return Arrays.stream(values()).filter(type -> !type.isQuantized()).toList();
    }

    /**
     * Size of one element in bytes.
     *
     * @throws IllegalStateException for {@code Q8_0} and {@code Q4_0}, whose elements have no bytes of their own
     */
    public int bytes() {
        if (isQuantized()) {
            throw new IllegalStateException(this + " has bytes for blocks of " + blockElements + " elements only");
        }
        return blockBytes;
    }

    /**
     * Size of so many elements in bytes.
     *
     * @throws IllegalArgumentException if they are negative, not whole blocks, or the size exceeds a long
     */
    public long bytes(long elements) {
        if (elements < 0 || elements / blockElements > Long.MAX_VALUE / blockBytes) {
            throw new IllegalArgumentException(
                    "elements: " + elements + " of " + this + " must be at least 0 and take fewer than 2^63 bytes");
        }
        if (elements % blockElements != 0) {
            throw new IllegalArgumentException(
                    "elements: " + elements + " must be a multiple of " + blockElements + " for " + this);
        }
        return elements / blockElements * blockBytes;
    }

    /** Elements of a block: 32 for {@code Q8_0} and {@code Q4_0}, otherwise 1. */
    public int blockElements() {
        return blockElements;
    }

    /** Bytes of a block. */
    public int blockBytes() {
        return blockBytes;
    }

    /** True for F64, F32, F16 and BF16. */
    public boolean isFloatingPoint() {
        return this == F64 || this == F32 || this == F16 || this == BF16;
    }

    /** True for Q8_0 and Q4_0: numbers in blocks that share a scale. */
    public boolean isQuantized() {
        return blockElements > 1;
    }

    /** True for floating-point and quantized types: what weights may have. */
    public boolean isReal() {
        return isFloatingPoint() || isQuantized();
    }
}
