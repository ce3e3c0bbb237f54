// packed_product.cl: C = A * W^T + bias. One work-item makes ROWS x COLUMNS results, 32 columns at a time in vector registers.
// in  a: pack_rows' blocks [ceil(rows/ROWS)][inner][ROWS]; w: panels of 32 columns [ceil(columns/32)][inner][32]; bias
// out up to three targets of type out_type, head by head, as in qkv_projection; finished as finish_products.cl has it
// build ROWS, WGT, NEAR, FINISH, COLUMNS     launch {blocks, columns / COLUMNS} single work-items

#define AHEAD 16  // rows of a panel, and columns of a block

// a_k: a block of rows; tile [ROWS][COLUMNS], its first 32 columns written
inline void multiply_panel(__global const float *a_k, __global const TYPE(WGT) *w, __global const float *bias,
                           const projection_params p, const int panel, float *tile)
{
    __global const TYPE(WGT) *w_k = w + (size_t)panel * p.inner * 32;
    float16 low[ROWS], high[ROWS];
#pragma unroll
    for (int r = 0; r < ROWS; r++) low[r] = high[r] = 0.0f;
    for (int k = 0; k < p.inner; k++) {
        const float16 w_low = LOAD16(WGT, w_k, 0), w_high = LOAD16(WGT, w_k, 1);
        PREFETCH(a_k + ROWS * AHEAD);
        PREFETCH(w_k + 32 * AHEAD);
        PREFETCH(w_k + 32 * AHEAD + 16);
#pragma unroll
        for (int r = 0; r < ROWS; r++) {
            low[r] = fma((float16)a_k[r], w_low, low[r]);
            high[r] = fma((float16)a_k[r], w_high, high[r]);
        }
        a_k += ROWS;
        w_k += 32;
    }
    put_sums(tile, low, high, bias, p, panel);
}

__kernel __attribute__((reqd_work_group_size(1, 1, 1)))
void packed_product(__global const float *a, __global const TYPE(WGT) *w, __global const float *bias,
                    __global void *out0, __global void *out1, __global void *out2, const int out_type,
                    const projection_params p FINISH_ARGUMENTS)
{
    const place_t place = place_of(p.inner * COLUMNS * (int)sizeof(TYPE(WGT)));
    const int row0 = place.block * ROWS, rows = min(ROWS, p.rows - row0), column = place.panel * COLUMNS;
    float tile[ROWS * COLUMNS];
    for (int n = 0; n < COLUMNS; n += 32)
        multiply_panel(a + (size_t)row0 * p.inner, w, bias, p, (p.first_column + column + n) / 32, tile + n);
    FINISH_TILE(tile, p, row0, rows, column);
    store_tile(out0, out1, out2, out_type, p, row0, rows, column, tile);
}
