// quantized_row_product.cl: row_product with weights in blocks: sums quanta times inputs block by block, and each sum times
// the block's scale.
// in  x [rows, inner] of type x_type, rows <= ROWS (those beyond the last repeat it); w: pack_quantized's panels; bias
// out as packed_product
// build ROWS, WGT, FINISH, COLUMNS     launch {columns / COLUMNS} single work-items

#define AHEAD 4096  // bytes
#define FAR (4 * AHEAD)

// tile [ROWS][COLUMNS], its first 32 columns written
inline void multiply_panel(__global const void *x, const int x_type, __global const uchar *w, __global const float *bias,
                           const projection_params p, const int panel, float *tile)
{
    __global const uchar *block = w + (size_t)panel * (p.inner / 32) * PANEL_BLOCK_BYTES;
    float16 low[ROWS], high[ROWS];
#pragma unroll
    for (int r = 0; r < ROWS; r++) low[r] = high[r] = 0.0f;
    for (int k0 = 0; k0 < p.inner; k0 += 32) {
        float a[32 * ROWS];
        for (int r = 0; r < ROWS; r++)
            for (int k = 0; k < 32; k++)
                a[k * ROWS + r] = load_any(x, x_type, (size_t)min(r, p.rows - 1) * p.inner + k0 + k);
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
    put_sums(tile, low, high, bias, p, panel);
}

__kernel __attribute__((reqd_work_group_size(1, 1, 1)))
void quantized_row_product(__global const void *x, const int x_type, __global const uchar *w, __global const float *bias,
                           __global void *out0, __global void *out1, __global void *out2, const int out_type,
                           const projection_params p FINISH_ARGUMENTS)
{
    const int column = (int)get_group_id(0) * COLUMNS;
    float tile[ROWS * COLUMNS];
    for (int n = 0; n < COLUMNS; n += 32)
        multiply_panel(x, x_type, w, bias, p, (p.first_column + column + n) / 32, tile + n);
    FINISH_TILE(tile, p, 0, p.rows, column);
    store_tile(out0, out1, out2, out_type, p, 0, p.rows, column, tile);
}
