package org.clattention.backend.java;

/**
 * Loops over quanta: small integers, 32 of which share a scale. What they stand for, d·q, is exact in f32. Panels are those of
 * {@link QuantizedPanels}.
 */
interface QuantaLoops {
    /** Numbers that share a scale. */
    int BLOCK = 32;

    /** to[i] = q[i] · scale. */
    void load(byte[] q, int qAt, float scale, float[] to, int at, int count);

    /**
     * to[k][n] = q[k][n] · scales[n] for the 32 inputs of a block.
     *
     * @param q signed bytes [32][columns]
     * @param scales F16 [columns]
     * @param columns a multiple of {@link Loops#STEP}
     */
    void expand8(byte[] q, int qAt, short[] scales, int scalesAt, int columns, float[] to, int at);

    /**
     * The same from half as many bytes [16][columns]: the lower half of one, less 8, belongs to input k, the upper half,
     * signed, to input k + 16.
     */
    void expand4(byte[] q, int qAt, short[] scales, int scalesAt, int columns, float[] to, int at);
}
