// packed_panel_quantized.cl: packed_panel with weights in blocks, which become floats in registers.
// build ROWS, WGT, COLUMNS
// include cpu/quantized_panels.cl cpu/put_sums.cl

#define PANEL_BYTES(inner) ((inner) / 32 * PANEL_BLOCK_BYTES)

// a_k [inner][ROWS]; w: pack_quantized's panels; tile [ROWS][COLUMNS], its first 32 columns written
inline void multiply_panel(__global const float *a_k, __global const uchar *w, __global const float *bias,
                           const int inner, const int panel, float *tile)
{
    __global const uchar *block = w + (size_t)panel * (inner / 32) * PANEL_BLOCK_BYTES;
    float16 low[ROWS], high[ROWS];
#pragma unroll
    for (int r = 0; r < ROWS; r++) low[r] = high[r] = 0.0f;
    for (int k0 = 0; k0 < inner; k0 += 32) {
        const float16 scale_low = PANEL_SCALES(block, 0), scale_high = PANEL_SCALES(block, 1);
        for (int k = 0; k < 32; k++) {
            PANEL_QUANTA(q_low, q_high, block, k);
            const float16 w_low = q_low * scale_low, w_high = q_high * scale_high;
#pragma unroll
            for (int r = 0; r < ROWS; r++) {
                low[r] = fma((float16)a_k[r], w_low, low[r]);
                high[r] = fma((float16)a_k[r], w_high, high[r]);
            }
            a_k += ROWS;
        }
        block += PANEL_BLOCK_BYTES;
    }
    put_sums(tile, low, high, bias, panel);
}
