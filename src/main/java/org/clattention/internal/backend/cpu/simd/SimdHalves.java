package org.clattention.internal.backend.cpu.simd;

import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.S2I;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** 16-bit floats as floats. */
final class SimdHalves {
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Integer> I = IntVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Short> H =
            VectorSpecies.of(short.class, VectorShape.forBitSize(F.vectorBitSize() / 2));

    private SimdHalves() {}

    private static IntVector ints(short[] from, int at) {
        return (IntVector) ShortVector.fromArray(H, from, at).convertShape(S2I, I, 0);
    }

    /** A vector of F16 bits. */
    static FloatVector f16(short[] from, int at) {
        IntVector bits = ints(from, at);
        IntVector magnitude = bits.and(0x7fff).lanewise(LSHL, 13);
        // Moving the exponent by a product takes care of subnormal values; infinity and NaN need their own exponent.
        IntVector value = magnitude.reinterpretAsFloats().mul(0x1p112f).reinterpretAsInts();
        VectorMask<Integer> special = magnitude.compare(VectorOperators.GE, 0x0f800000);
        return value.blend(magnitude.or(0x7f800000), special)
                .or(bits.and(0x80000000))
                .reinterpretAsFloats();
    }

    /** A vector of BF16 bits. */
    static FloatVector bf16(short[] from, int at) {
        return ints(from, at).lanewise(LSHL, 16).reinterpretAsFloats();
    }
}
