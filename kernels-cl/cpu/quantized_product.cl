// quantized_product.cl: packed_product with weights in blocks, which become floats in registers.
// in  a: pack_rows' blocks [ceil(rows/ROWS)][inner][ROWS]; w: pack_quantized's panels; bias     out as packed_product
// build ROWS, WGT, NEAR, FINISH, COLUMNS     launch {blocks, columns / COLUMNS} single work-items

// a_k: a block of rows; tile [ROWS][COLUMNS], its first 32 columns written
inline void multiply_panel(__global const float *a_k, __global const uchar *w, __global const float *bias,
                           const projection_params p, const int panel, float *tile)
{
    __global const uchar *block = w + (size_t)panel * (p.inner / 32) * PANEL_BLOCK_BYTES;
    float16 low[ROWS], high[ROWS];
#pragma unroll
    for (int r = 0; r < ROWS; r++) low[r] = high[r] = 0.0f;
    for (int k0 = 0; k0 < p.inner; k0 += 32) {
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
    put_sums(tile, low, high, bias, p, panel);
}

__kernel __attribute__((reqd_work_group_size(1, 1, 1)))
void quantized_product(__global const float *a, __global const uchar *w, __global const float *bias,
                       __global void *out0, __global void *out1, __global void *out2, const int out_type,
                       const projection_params p FINISH_ARGUMENTS)
{
    const place_t place = place_of(p.inner / 32 * (COLUMNS / 32) * PANEL_BLOCK_BYTES);
    const int row0 = place.block * ROWS, rows = min(ROWS, p.rows - row0), column = place.panel * COLUMNS;
    float tile[ROWS * COLUMNS];
    for (int n = 0; n < COLUMNS; n += 32)
        multiply_panel(a + (size_t)row0 * p.inner, w, bias, p, (p.first_column + column + n) / 32, tile + n);
    FINISH_TILE(tile, p, row0, rows, column);
    store_tile(out0, out1, out2, out_type, p, row0, rows, column, tile);
}
