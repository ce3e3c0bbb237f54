// packed_product.cl: C = A * W^T + bias. One work-item makes ROWS x 32 results in vector registers.
// in  a: pack_rows' blocks [ceil(rows/ROWS)][inner][ROWS]; w: panels of 32 columns [ceil(columns/32)][inner][32]; bias
// out up to three targets of type out_type, head by head, as in qkv_projection
// build ROWS, WGT, NEAR     launch {blocks, panels} single work-items; panels from first_column / 32 on

#define AHEAD 16  // rows of a panel, and columns of a block

__kernel __attribute__((reqd_work_group_size(1, 1, 1)))
void packed_product(__global const float *a, __global const TYPE(WGT) *w, __global const float *bias,
                    __global void *out0, __global void *out1, __global void *out2, const int out_type,
                    const projection_params p)
{
    const place_t place = place_of(p.inner * 32 * (int)sizeof(TYPE(WGT)));
    const int row0 = place.block * ROWS, panel = p.first_column / 32 + place.panel;
    __global const float *a_k = a + (size_t)row0 * p.inner;
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
    float16 bias_low = 0.0f, bias_high = 0.0f;
    if (p.has_bias) {
        bias_low = vload16(0, bias + panel * 32);
        bias_high = vload16(1, bias + panel * 32);
    }
    float tile[ROWS * 32];
#pragma unroll
    for (int r = 0; r < ROWS; r++) {
        put16(low[r] + bias_low, 2 * r, tile);
        put16(high[r] + bias_high, 2 * r + 1, tile);
    }
    store_columns(out0, out1, out2, out_type, p, row0, min(ROWS, p.rows - row0), place.panel * 32, tile);
}
