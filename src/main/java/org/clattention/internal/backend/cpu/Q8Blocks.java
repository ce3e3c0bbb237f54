package org.clattention.internal.backend.cpu;

import org.clattention.config.DataType;
import org.clattention.config.HalfPrecision;
import org.clattention.internal.backend.cpu.simd.QuantizedKernels;
import org.clattention.internal.backend.cpu.simd.VectorKernels;

/** Rows in blocks as in GGUF files: 32 elements are an F16 scale and 32 signed bytes (Q8_0) or 16 bytes (Q4_0). */
final class Q8Blocks {
    private static final int SIZE = QuantizedKernels.BLOCK;
    private static final int HALF = SIZE / 2;

    /** The bytes before a block's quanta. */
    private static final int SCALE = 2;

    private static final float LARGEST_F16 = 65504;

    private Q8Blocks() {}

    /** The byte with which an element's block begins. */
    static int at(DataType type, int element) {
        return Math.toIntExact((long) (element / SIZE) * type.blockBytes());
    }

    private static float scale(byte[] blocks, int block) {
        return HalfPrecision.f16ToFloat((short) ((blocks[block] & 0xff) | (blocks[block + 1] << 8)));
    }

    /** One element. */
    static float get(JavaArray array, int element) {
        byte[] blocks = array.bytes();
        int block = at(array.type(), element);
        int i = element % SIZE;
        if (array.type() == DataType.Q8_0) {
            return scale(blocks, block) * blocks[block + SCALE + i];
        }
        int pair = blocks[block + SCALE + i % HALF];
        return scale(blocks, block) * ((i < HALF ? pair & 15 : pair >> 4 & 15) - 8);
    }

    /** to[i] = array[from + i]. */
    static void load(VectorKernels loops, JavaArray array, int from, float[] to, int at, int count) {
        byte[] blocks = array.bytes();
        for (int i = 0; i < count; ) {
            int run = Math.min(count - i, SIZE - (from + i) % SIZE);
            if (array.type() == DataType.Q8_0) {
                int block = at(DataType.Q8_0, from + i);
                int q = block + SCALE + (from + i) % SIZE;
                loops.quanta().load(blocks, q, scale(blocks, block), to, at + i, run);
            } else {
                for (int n = i; n < i + run; n++) {
                    to[at + n] = get(array, from + n);
                }
            }
            i += run;
        }
    }

    /**
     * Rounds whole blocks to Q8_0: d = max|x| / 127, q = round(x / d). A block with NaN, infinity or what is too large for
     * the scale's F16 reads as NaN.
     */
    static void store(float[] from, int at, byte[] blocks, int to, int count) {
        for (int i = 0; i < count; i += SIZE) {
            storeBlock(from, at + i, blocks, at(DataType.Q8_0, to + i));
        }
    }

    private static void storeBlock(float[] from, int at, byte[] blocks, int block) {
        float largest = 0;
        for (int i = at; i < at + SIZE; i++) {
            // Math.max keeps NaN.
            largest = Math.max(largest, Math.abs(from[i]));
        }
        float d = largest / 127;
        boolean held = d <= LARGEST_F16;
        short stored = HalfPrecision.floatToF16(held ? d : Float.NaN);
        blocks[block] = (byte) stored;
        blocks[block + 1] = (byte) (stored >> 8);
        // A scale that vanishes makes every quantum a zero; the division would make it infinite.
        float inverse = !held || (stored & 0x7fff) == 0 ? 0 : 1 / d;
        for (int i = 0; i < SIZE; i++) {
            float q = from[at + i] * inverse;
            int rounded = q < 0 ? -Math.round(-q) : Math.round(q);
            blocks[block + SCALE + i] = (byte) (held ? rounded : 1);
        }
    }
}
