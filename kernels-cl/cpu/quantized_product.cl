// quantized_product.cl: packed_product with weights in blocks, which become floats in registers.
// in  a: pack_rows' blocks [ceil(rows/ROWS)][inner][ROWS]; w: pack_quantized's panels; bias     out as packed_product
// build ROWS, WGT, NEAR     launch {blocks, panels} single work-items; panels from first_column / 32 on

__kernel __attribute__((reqd_work_group_size(1, 1, 1)))
void quantized_product(__global const float *a, __global const uchar *w, __global const float *bias,
                       __global void *out0, __global void *out1, __global void *out2, const int out_type,
                       const projection_params p)
{
    const place_t place = place_of(p.inner / 32 * PANEL_BLOCK_BYTES);
    const int row0 = place.block * ROWS, panel = p.first_column / 32 + place.panel;
    __global const float *a_k = a + (size_t)row0 * p.inner;
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
