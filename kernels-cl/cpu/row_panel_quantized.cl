// row_panel_quantized.cl: row_panel with weights in blocks: sums quanta times inputs block by block, and each sum times the
// block's scale.
// build ROWS, WGT, COLUMNS
// include cpu/quantized_panels.cl cpu/put_sums.cl

#define AHEAD 4096  // bytes
#define FAR (4 * AHEAD)

// As multiply_panel of row_panel.cl; w: pack_quantized's panels.
inline void multiply_panel(__global const void *x, const int x_type, const size_t x_start, const size_t x_row,
                           const int rows, __global const uchar *w, __global const float *bias, const int inner,
                           const int panel, float *tile)
{
    __global const uchar *block = w + (size_t)panel * (inner / 32) * PANEL_BLOCK_BYTES;
    float16 low[ROWS], high[ROWS];
#pragma unroll
    for (int r = 0; r < ROWS; r++) low[r] = high[r] = 0.0f;
    for (int k0 = 0; k0 < inner; k0 += 32) {
        float a[32 * ROWS];
        for (int r = 0; r < ROWS; r++)
            for (int k = 0; k < 32; k++)
                a[k * ROWS + r] = load_any(x, x_type, x_start + min(r, rows - 1) * x_row + k0 + k);
        // Two sums by turns: one alone would wait for its own latency.
        float16 block_low[2][ROWS], block_high[2][ROWS];
#pragma unroll
        for (int r = 0; r < ROWS; r++)
            block_low[0][r] = block_high[0][r] = block_low[1][r] = block_high[1][r] = 0.0f;
        for (int k = 0; k < 32; k += 2) {
            PREFETCH(block + AHEAD + k * (PANEL_BLOCK_BYTES / 32));
            PREFETCH_FAR(block + FAR + k * (PANEL_BLOCK_BYTES / 32));
#pragma unroll
            for (int t = 0; t < 2; t++) {
                PANEL_QUANTA(q_low, q_high, block, k + t);
#pragma unroll
                for (int r = 0; r < ROWS; r++) {
                    const float16 input = (float16)a[(k + t) * ROWS + r];
                    block_low[t][r] = fma(input, q_low, block_low[t][r]);
                    block_high[t][r] = fma(input, q_high, block_high[t][r]);
                }
            }
        }
        const float16 scale_low = PANEL_SCALES(block, 0), scale_high = PANEL_SCALES(block, 1);
#pragma unroll
        for (int r = 0; r < ROWS; r++) {
            low[r] = fma(block_low[0][r] + block_low[1][r], scale_low, low[r]);
            high[r] = fma(block_high[0][r] + block_high[1][r], scale_high, high[r]);
        }
        block += PANEL_BLOCK_BYTES;
    }
    put_sums(tile, low, high, bias, panel);
}
