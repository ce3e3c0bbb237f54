package org.clattention.backend.java;

import org.clattention.HalfPrecision;

/** Loops over quanta for a JVM without the Vector API. */
final class ScalarQuanta implements QuantaLoops {
    @Override
    public void load(byte[] q, int qAt, float scale, float[] to, int at, int count) {
        for (int i = 0; i < count; i++) {
            to[at + i] = q[qAt + i] * scale;
        }
    }

    @Override
    public void expand8(byte[] q, int qAt, short[] scales, int scalesAt, int columns, float[] to, int at) {
        for (int n = 0; n < columns; n++) {
            float scale = HalfPrecision.f16ToFloat(scales[scalesAt + n]);
            for (int k = 0; k < BLOCK; k++) {
                to[at + k * columns + n] = q[qAt + k * columns + n] * scale;
            }
        }
    }

    @Override
    public void expand4(byte[] q, int qAt, short[] scales, int scalesAt, int columns, float[] to, int at) {
        int upper = BLOCK / 2 * columns;
        for (int n = 0; n < columns; n++) {
            float scale = HalfPrecision.f16ToFloat(scales[scalesAt + n]);
            for (int k = 0; k < BLOCK / 2; k++) {
                int pair = q[qAt + k * columns + n];
                to[at + k * columns + n] = ((pair & 15) - 8) * scale;
                to[at + upper + k * columns + n] = (pair >> 4) * scale;
            }
        }
    }
}
