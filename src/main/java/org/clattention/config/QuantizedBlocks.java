package org.clattention.config;

import java.nio.ByteBuffer;

/** Blocks of 32 numbers with one scale, bit for bit as in GGUF files. Blocks lie in little-endian buffers. */
final class QuantizedBlocks {
    /** Elements of a block, of either type. */
    static final int SIZE = 32;

    private static final int HALF = SIZE / 2;
    private static final float LARGEST_F16 = 65504;

    private QuantizedBlocks() {}

    /** One element. Exact: the product of a scale and a quantum has at most 19 significant bits. */
    static float get(DataType type, ByteBuffer data, int element) {
        int start = element / SIZE * type.blockBytes();
        int i = element % SIZE;
        return HalfPrecision.f16ToFloat(data.getShort(start)) * quantum(type, data, start + 2, i);
    }

    private static int quantum(DataType type, ByteBuffer data, int start, int i) {
        if (type == DataType.Q8_0) {
            return data.get(start + i);
        }
        int pair = data.get(start + i % HALF);
        return (i < HALF ? pair & 15 : pair >> 4 & 15) - 8;
    }

    /** The elements of the block with the number {@code block}. */
    static void dequantize(DataType type, ByteBuffer data, int block, float[] values) {
        int start = block * type.blockBytes();
        float scale = HalfPrecision.f16ToFloat(data.getShort(start));
        for (int i = 0; i < SIZE; i++) {
            values[i] = scale * quantum(type, data, start + 2, i);
        }
    }

    /**
     * Writes 32 values as the block with the number {@code block}.
     *
     * @throws IllegalArgumentException if a value is not finite or the scale is too large for F16
     */
    static void quantize(DataType type, float[] values, ByteBuffer data, int block) {
        float extreme = extreme(type, values, block);
        float scale = type == DataType.Q8_0 ? Math.abs(extreme) / 127 : extreme / -8;
        if (Math.abs(scale) > LARGEST_F16) {
            throw new IllegalArgumentException("values: " + extreme + " near element " + (long) block * SIZE
                    + " needs a scale that the F16 of " + type + " cannot hold");
        }
        short stored = HalfPrecision.floatToF16(scale);
        int start = block * type.blockBytes();
        data.putShort(start, stored);
        // A scale that vanishes makes every quantum a zero; the division would make it infinite.
        float inverse = (stored & 0x7fff) == 0 ? 0 : 1 / scale;
        if (type == DataType.Q8_0) {
            for (int i = 0; i < SIZE; i++) {
                data.put(start + 2 + i, (byte) roundAwayFromZero(values[i] * inverse));
            }
        } else {
            for (int i = 0; i < HALF; i++) {
                int low = Math.min(15, (int) (values[i] * inverse + 8.5f));
                int high = Math.min(15, (int) (values[i + HALF] * inverse + 8.5f));
                data.put(start + 2 + i, (byte) (low | high << 4));
            }
        }
    }

    /** The first value of largest magnitude. */
    private static float extreme(DataType type, float[] values, int block) {
        float extreme = 0;
        for (int i = 0; i < SIZE; i++) {
            if (!Float.isFinite(values[i])) {
                throw new IllegalArgumentException("values: element " + ((long) block * SIZE + i) + " is " + values[i]
                        + ", which " + type + " cannot hold");
            }
            extreme = Math.abs(values[i]) > Math.abs(extreme) ? values[i] : extreme;
        }
        return extreme;
    }

    private static int roundAwayFromZero(float value) {
        return value < 0 ? -Math.round(-value) : Math.round(value);
    }
}
