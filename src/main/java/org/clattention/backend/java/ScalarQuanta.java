package org.clattention.backend.java;

/** Loops over quanta for a JVM without the Vector API. */
final class ScalarQuanta implements QuantaLoops {
    @Override
    public void load(byte[] q, int qAt, float scale, float[] to, int at, int count) {
        for (int i = 0; i < count; i++) {
            to[at + i] = q[qAt + i] * scale;
        }
    }

    @Override
    public void expand8(byte[] q, int qAt, float[] scales, int scalesAt, int columns, float[] to, int at) {
        for (int n = 0; n < columns; n++) {
            float scale = scales[scalesAt + n];
            for (int k = 0; k < BLOCK; k++) {
                to[at + k * columns + n] = q[qAt + k * columns + n] * scale;
            }
        }
    }

    @Override
    public void expand4(byte[] q, int qAt, float[] scales, int scalesAt, int columns, float[] to, int at) {
        for (int n = 0; n < columns; n++) {
            float scale = scales[scalesAt + n];
            for (int k = 0; k < BLOCK; k += 2) {
                int pair = q[qAt + k / 2 * columns + n];
                to[at + k * columns + n] = ((pair & 15) - 8) * scale;
                to[at + (k + 1) * columns + n] = (((pair >> 4) & 15) - 8) * scale;
            }
        }
    }

    @Override
    public void multiply8(
            float[] a, int aAt, int rows, byte[] q, int qAt, float[] scales, int scalesAt, int columns, float[] c) {
        for (int r = 0; r < rows; r++) {
            int from = aAt + r * Loops.STRIDE;
            for (int n = 0; n < columns; n++) {
                float scale = scales[scalesAt + n];
                float sum = c[r * columns + n];
                for (int k = 0; k < BLOCK; k++) {
                    sum = Math.fma(a[from + k], q[qAt + k * columns + n] * scale, sum);
                }
                c[r * columns + n] = sum;
            }
        }
    }

    @Override
    public void multiply4(
            float[] a, int aAt, int rows, byte[] q, int qAt, float[] scales, int scalesAt, int columns, float[] c) {
        for (int r = 0; r < rows; r++) {
            int from = aAt + r * Loops.STRIDE;
            for (int n = 0; n < columns; n++) {
                float scale = scales[scalesAt + n];
                float sum = c[r * columns + n];
                for (int k = 0; k < BLOCK; k += 2) {
                    int pair = q[qAt + k / 2 * columns + n];
                    sum = Math.fma(a[from + k], ((pair & 15) - 8) * scale, sum);
                    sum = Math.fma(a[from + k + 1], (((pair >> 4) & 15) - 8) * scale, sum);
                }
                c[r * columns + n] = sum;
            }
        }
    }
}
