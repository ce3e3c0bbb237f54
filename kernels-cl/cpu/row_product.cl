// row_product.cl: a few rows times W^T + bias: reads each weight once, so it runs at the speed of memory.
// in  x [rows, inner], rows <= ROWS (those beyond the last repeat it); w: panels of 32 columns; bias     out as packed_product
// build ROWS, ACT, WGT, OUT     launch {panels} single work-items

__kernel __attribute__((reqd_work_group_size(1, 1, 1)))
void row_product(__global const TYPE(ACT) *x, __global const TYPE(WGT) *w, __global const float *bias,
                 __global TYPE(OUT) *out0, __global TYPE(OUT) *out1, __global TYPE(OUT) *out2,
                 const projection_params p)
{
    const int panel = p.first_column / 32 + (int)get_group_id(0);
    __global const TYPE(WGT) *w_k = w + (size_t)panel * p.inner * 32;
    // Two sums by turns: one alone would wait for its own latency.
    float16 low[2][ROWS], high[2][ROWS];
#pragma unroll
    for (int r = 0; r < ROWS; r++) low[0][r] = high[0][r] = low[1][r] = high[1][r] = 0.0f;
    int k = 0;
    for (; k + 2 <= p.inner; k += 2) {
#pragma unroll
        for (int t = 0; t < 2; t++) {
            const float16 w_low = LOAD16(WGT, w_k, 2 * t), w_high = LOAD16(WGT, w_k, 2 * t + 1);
#pragma unroll
            for (int r = 0; r < ROWS; r++) {
                const float a = LOAD(ACT, x, (size_t)min(r, p.rows - 1) * p.inner + k + t);
                low[t][r] = fma((float16)a, w_low, low[t][r]);
                high[t][r] = fma((float16)a, w_high, high[t][r]);
            }
        }
        w_k += 64;
    }
    if (k < p.inner) {
        const float16 w_low = LOAD16(WGT, w_k, 0), w_high = LOAD16(WGT, w_k, 1);
#pragma unroll
        for (int r = 0; r < ROWS; r++) {
            const float a = LOAD(ACT, x, (size_t)min(r, p.rows - 1) * p.inner + k);
            low[0][r] = fma((float16)a, w_low, low[0][r]);
            high[0][r] = fma((float16)a, w_high, high[0][r]);
        }
    }
    float16 bias_low = 0.0f, bias_high = 0.0f;
    if (p.has_bias) {
        bias_low = vload16(0, bias + panel * 32);
        bias_high = vload16(1, bias + panel * 32);
    }
    const int column0 = (int)get_group_id(0) * 32;
#pragma unroll
    for (int r = 0; r < ROWS; r++) {
        if (r >= p.rows) break;
        store_columns(out0, out1, out2, p, r, column0, low[0][r] + low[1][r] + bias_low);
        store_columns(out0, out1, out2, p, r, column0 + 16, high[0][r] + high[1][r] + bias_high);
    }
}
