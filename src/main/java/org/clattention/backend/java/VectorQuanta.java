package org.clattention.backend.java;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.B2F;
import static jdk.incubator.vector.VectorOperators.B2I;
import static jdk.incubator.vector.VectorOperators.I2F;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** Loops over quanta on the Vector API, where it has vectors of as many bytes as of floats. */
final class VectorQuanta implements QuantaLoops {
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Integer> I = IntVector.SPECIES_PREFERRED;
    private static final int LANES = F.length();

    /** The smallest vector has 64 bits. */
    private static final boolean POSSIBLE = LANES >= 8;

    private static final VectorSpecies<Byte> B =
            VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(64, F.vectorBitSize() / 4)));

    private VectorQuanta() {}

    /** These loops, or scalar ones. */
    static QuantaLoops orScalar() {
        return POSSIBLE ? new VectorQuanta() : new ScalarQuanta();
    }

    private static FloatVector floats(byte[] q, int at) {
        return (FloatVector) ByteVector.fromArray(B, q, at).convertShape(B2F, F, 0);
    }

    private static FloatVector floats(IntVector values) {
        return (FloatVector) values.convert(I2F, 0);
    }

    private static IntVector ints(byte[] q, int at) {
        return (IntVector) ByteVector.fromArray(B, q, at).convertShape(B2I, I, 0);
    }

    @Override
    public void load(byte[] q, int qAt, float scale, float[] to, int at, int count) {
        int whole = F.loopBound(count);
        for (int i = 0; i < whole; i += LANES) {
            floats(q, qAt + i).mul(scale).intoArray(to, at + i);
        }
        for (int i = whole; i < count; i++) {
            to[at + i] = q[qAt + i] * scale;
        }
    }

    @Override
    public void expand8(byte[] q, int qAt, short[] scales, int scalesAt, int columns, float[] to, int at) {
        for (int n = 0; n < columns; n += LANES) {
            expand8(q, qAt + n, VectorHalves.f16(scales, scalesAt + n), columns, to, at + n);
        }
    }

    private static void expand8(byte[] q, int qAt, FloatVector scale, int row, float[] to, int at) {
        for (int k = 0; k < BLOCK; k++) {
            floats(q, qAt + k * row).mul(scale).intoArray(to, at + k * row);
        }
    }

    @Override
    public void expand4(byte[] q, int qAt, short[] scales, int scalesAt, int columns, float[] to, int at) {
        for (int n = 0; n < columns; n += LANES) {
            expand4(q, qAt + n, VectorHalves.f16(scales, scalesAt + n), columns, to, at + n);
        }
    }

    private static void expand4(byte[] q, int qAt, FloatVector scale, int row, float[] to, int at) {
        FloatVector offset = scale.mul(-8);
        int upper = BLOCK / 2 * row;
        for (int k = 0; k < BLOCK / 2; k++) {
            IntVector pair = ints(q, qAt + k * row);
            floats(pair.and(15)).fma(scale, offset).intoArray(to, at + k * row);
            floats(pair.lanewise(ASHR, 4)).mul(scale).intoArray(to, at + upper + k * row);
        }
    }
}
