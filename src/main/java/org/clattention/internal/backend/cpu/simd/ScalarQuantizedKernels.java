package org.clattention.internal.backend.cpu.simd;

/**
 * Loops over quanta for a JVM without the Vector API. Blocks become floats in the first-level cache, quanta in the order they lie in;
 * that takes most of the time.
 */
final class ScalarQuantizedKernels implements QuantizedKernels {
    /** What the lower and the upper half of a byte stand for: looked up faster than computed. */
    private static final float[] LOWER = new float[256];

    private static final float[] UPPER = new float[256];

    static {
        for (int i = 0; i < 256; i++) {
            LOWER[i] = (i & 15) - 8;
            UPPER[i] = (i >> 4) - 8;
        }
    }

    private final ScalarTiles tiles = new ScalarTiles();

    /** A block of a panel as floats, on its way into a product. */
    private float[] expanded = {};

    @Override
    public void load(byte[] q, int qAt, float scale, float[] to, int at, int count) {
        for (int i = 0; i < count; i++) {
            to[at + i] = q[qAt + i] * scale;
        }
    }

    @Override
    public void expand8(byte[] q, int qAt, float[] scales, int scalesAt, int columns, float[] to, int at) {
        for (int k = 0; k < BLOCK; k++) {
            int from = qAt + k * columns;
            int row = at + k * columns;
            for (int n = 0; n < columns; n++) {
                to[row + n] = q[from + n] * scales[scalesAt + n];
            }
        }
    }

    @Override
    public void expand4(byte[] q, int qAt, float[] scales, int scalesAt, int columns, float[] to, int at) {
        for (int k = 0; k < BLOCK; k += 2) {
            int from = qAt + k / 2 * columns;
            int row = at + k * columns;
            int next = row + columns;
            for (int n = 0; n < columns; n++) {
                int pair = q[from + n] & 255;
                float scale = scales[scalesAt + n];
                to[row + n] = LOWER[pair] * scale;
                to[next + n] = UPPER[pair] * scale;
            }
        }
    }

    @Override
    public void multiply8(
            float[] a, int aAt, int rows, byte[] q, int qAt, float[] scales, int scalesAt, int columns, float[] c) {
        float[] block = block(columns);
        expand8(q, qAt, scales, scalesAt, columns, block, 0);
        tiles.multiply(a, aAt, rows, BLOCK, block, 0, columns, columns, c, 0, columns);
    }

    @Override
    public void multiply4(
            float[] a, int aAt, int rows, byte[] q, int qAt, float[] scales, int scalesAt, int columns, float[] c) {
        float[] block = block(columns);
        expand4(q, qAt, scales, scalesAt, columns, block, 0);
        tiles.multiply(a, aAt, rows, BLOCK, block, 0, columns, columns, c, 0, columns);
    }

    private float[] block(int columns) {
        if (expanded.length < BLOCK * columns) {
            expanded = new float[BLOCK * columns];
        }
        return expanded;
    }
}
