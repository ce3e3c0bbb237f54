package org.clattention.internal.backend.cpu.simd;

import org.clattention.internal.backend.cpu.gemm.QuantizedPanels;

/**
 * VectorKernels over quanta: small integers, 32 of which share a scale. What they stand for, d·q, is exact in f32. One object per
 * thread: an implementation may keep working memory. For the layout of panels see {@link QuantizedPanels}.
 */
public interface QuantizedKernels {
    /** Numbers that share a scale. */
    int BLOCK = 32;

    /** So few rows are multiplied with quanta directly; for more it is faster to expand them once. */
    int FEW_ROWS = 4;

    /** to[i] = q[i] · scale. */
    void load(byte[] q, int qAt, float scale, float[] to, int at, int count);

    /**
     * to[k][n] = q[k][n] · scales[n] for the 32 inputs of a block.
     *
     * @param q signed bytes [32][columns]
     * @param scales [columns]
     * @param columns a multiple of {@link VectorKernels#STEP}
     */
    void expand8(byte[] q, int qAt, float[] scales, int scalesAt, int columns, float[] to, int at);

    /**
     * The same from half as many bytes [16][columns]: the lower half of byte [i][n], less 8, is the quantum of input 2·i, the
     * upper half, less 8, that of input 2·i + 1.
     */
    void expand4(byte[] q, int qAt, float[] scales, int scalesAt, int columns, float[] to, int at);

    /**
     * c[r][n] += Σ_k a[r][k] · (q[k][n] · scales[n]) for the 32 inputs of a block, one after the other as
     * {@link VectorKernels#multiply} adds them.
     *
     * @param a left factor, rows {@link VectorKernels#STRIDE} apart
     * @param rows at most {@link #FEW_ROWS}; more of a and c may be read and written, up to that
     * @param q as for {@link #expand8}
     * @param c result, rows {@code columns} apart
     */
    void multiply8(
            float[] a, int aAt, int rows, byte[] q, int qAt, float[] scales, int scalesAt, int columns, float[] c);

    /** The same with quanta as for {@link #expand4}. */
    void multiply4(
            float[] a, int aAt, int rows, byte[] q, int qAt, float[] scales, int scalesAt, int columns, float[] c);
}
