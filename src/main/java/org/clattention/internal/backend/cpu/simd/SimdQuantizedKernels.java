package org.clattention.internal.backend.cpu.simd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** VectorKernels over quanta on the Vector API, where it has vectors of as many bytes as of floats. */
final class SimdQuantizedKernels implements QuantizedKernels {
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = F.length();

    /** The smallest vector has 64 bits. */
    private static final boolean POSSIBLE = LANES >= 8;

    private SimdQuantizedKernels() {}

    /** These loops, or scalar ones. */
    static QuantizedKernels orScalar() {
        return POSSIBLE ? new SimdQuantizedKernels() : new ScalarQuantizedKernels();
    }

    @Override
    public void load(byte[] q, int qAt, float scale, float[] to, int at, int count) {
        int whole = F.loopBound(count);
        for (int i = 0; i < whole; i += LANES) {
            SimdQuantizedTiles.floats(q, qAt + i).mul(scale).intoArray(to, at + i);
        }
        for (int i = whole; i < count; i++) {
            to[at + i] = q[qAt + i] * scale;
        }
    }

    @Override
    public void expand8(byte[] q, int qAt, float[] scales, int scalesAt, int columns, float[] to, int at) {
        for (int n = 0; n < columns; n += LANES) {
            SimdQuantizedTiles.expand8(q, qAt + n, columns, scales, scalesAt + n, to, at + n);
        }
    }

    @Override
    public void expand4(byte[] q, int qAt, float[] scales, int scalesAt, int columns, float[] to, int at) {
        for (int n = 0; n < columns; n += LANES) {
            SimdQuantizedTiles.expand4(q, qAt + n, columns, scales, scalesAt + n, to, at + n);
        }
    }

    @Override
    public void multiply8(
            float[] a, int aAt, int rows, byte[] q, int qAt, float[] scales, int scalesAt, int columns, float[] c) {
        int n = 0;
        for (; rows == 1 && n + 4 * LANES <= columns; n += 4 * LANES) {
            SimdQuantizedTiles.oneByFour8(a, aAt, q, qAt + n, columns, scales, scalesAt + n, c, n);
        }
        for (; n < columns; n += 2 * LANES) {
            if (rows == 1) {
                SimdQuantizedTiles.oneByTwo8(a, aAt, q, qAt + n, columns, scales, scalesAt + n, c, n);
            } else {
                SimdQuantizedTiles.fourByTwo8(a, aAt, q, qAt + n, columns, scales, scalesAt + n, c, n);
            }
        }
    }

    @Override
    public void multiply4(
            float[] a, int aAt, int rows, byte[] q, int qAt, float[] scales, int scalesAt, int columns, float[] c) {
        for (int n = 0; n < columns; n += 2 * LANES) {
            if (rows == 1) {
                SimdQuantizedTiles.oneByTwo4(a, aAt, q, qAt + n, columns, scales, scalesAt + n, c, n);
            } else {
                for (int r = 0; r < rows; r += 2) {
                    int from = aAt + r * VectorKernels.STRIDE;
                    SimdQuantizedTiles.twoByTwo4(
                            a, from, q, qAt + n, columns, scales, scalesAt + n, c, r * columns + n);
                }
            }
        }
    }
}
