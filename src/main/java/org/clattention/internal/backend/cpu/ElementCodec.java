package org.clattention.internal.backend.cpu;

import org.clattention.config.HalfPrecision;
import org.clattention.internal.backend.cpu.simd.VectorKernels;

/** Moves runs of elements between arrays of any floating-point or quantized type and floats. */
public final class ElementCodec {
    private ElementCodec() {}

    /** to[i] = array[from + i]. */
    public static void load(VectorKernels loops, JavaArray array, int from, float[] to, int at, int count) {
        switch (array.type()) {
            case F32 -> System.arraycopy(array.floats(), from, to, at, count);
            case F16 -> loops.loadF16(array.shorts(), from, to, at, count);
            case BF16 -> loops.loadBf16(array.shorts(), from, to, at, count);
            case Q8_0, Q4_0 -> Q8Blocks.load(loops, array, from, to, at, count);
            default -> throw unknown(array);
        }
    }

    /** array[to + i] = from[at + i], rounded to nearest even; in Q8_0 as {@link Q8Blocks#store} does. */
    public static void store(float[] from, int at, JavaArray array, int to, int count) {
        switch (array.type()) {
            case F32 -> System.arraycopy(from, at, array.floats(), to, count);
            case F16 -> {
                short[] bits = array.shorts();
                for (int i = 0; i < count; i++) {
                    bits[to + i] = HalfPrecision.floatToF16(from[at + i]);
                }
            }
            case BF16 -> {
                short[] bits = array.shorts();
                for (int i = 0; i < count; i++) {
                    bits[to + i] = HalfPrecision.floatToBf16(from[at + i]);
                }
            }
            case Q8_0 -> Q8Blocks.store(from, at, array.bytes(), to, count);
            default -> throw unknown(array);
        }
    }

    /** array[at]. */
    public static float get(JavaArray array, int at) {
        return switch (array.type()) {
            case F32 -> array.floats()[at];
            case F16 -> HalfPrecision.f16ToFloat(array.shorts()[at]);
            case BF16 -> HalfPrecision.bf16ToFloat(array.shorts()[at]);
            case Q8_0, Q4_0 -> Q8Blocks.get(array, at);
            default -> throw unknown(array);
        };
    }

    private static IllegalArgumentException unknown(JavaArray array) {
        return new IllegalArgumentException("the Java engine has no arithmetic for type " + array.type());
    }
}
