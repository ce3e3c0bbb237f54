// row_product.cl: up to ROWS rows times W^T + bias: reads each weight once, neighbours by neighbouring items.
// A group makes four columns: its items share the inner dimension, then add up in local memory.
// in  x [rows, inner]; w [*, inner]; bias [*]     out up to three targets, head by head, as in qkv_projection
// build ROWS (a power of two up to 8), GROUP_ITEMS (a power of two), ACT, WGT, OUT, WIDTH
// launch {ceil(columns/4)} groups
// include gpu/quads.cl gpu/store_columns.cl

#define RESULTS (4 * ROWS)
#define PARTS (GROUP_ITEMS / RESULTS)  // items that add up one result
#define STRIDE (GROUP_ITEMS + 1)

DEFINE_LOAD_QUAD(load_activations, ACT)
DEFINE_LOAD_QUAD(load_weights, WGT)

inline float add_products(const float4 a, const float4 b, const float sum)
{
    return fma(a.x, b.x, fma(a.y, b.y, fma(a.z, b.z, fma(a.w, b.w, sum))));
}

__kernel __attribute__((reqd_work_group_size(GROUP_ITEMS, 1, 1)))
void row_product(__global const TYPE(ACT) *x, __global const TYPE(WGT) *w, __global const float *bias,
                 __global TYPE(OUT) *out0, __global TYPE(OUT) *out1, __global TYPE(OUT) *out2,
                 const projection_params p)
{
    __local float partial[RESULTS * STRIDE];
    const int item = (int)get_local_id(0);
    const int column0 = (int)get_group_id(0) * 4;
    float acc[4][ROWS];
#pragma unroll
    for (int n = 0; n < 4; n++)
#pragma unroll
        for (int r = 0; r < ROWS; r++) acc[n][r] = 0.0f;

    for (int k = 4 * item; k < p.inner; k += 4 * GROUP_ITEMS) {
        float4 w_k[4];
#pragma unroll
        for (int n = 0; n < 4; n++) {
            // Columns beyond the last repeat it: nobody stores them.
            const int column = p.first_column + min(column0 + n, p.columns - 1);
            w_k[n] = load_weights(w, (size_t)column * p.inner + k, p.inner - k);
        }
#pragma unroll
        for (int r = 0; r < ROWS; r++) {
            const float4 x_k = load_activations(x, (size_t)min(r, p.rows - 1) * p.inner + k, p.inner - k);
#pragma unroll
            for (int n = 0; n < 4; n++) acc[n][r] = add_products(x_k, w_k[n], acc[n][r]);
        }
    }

#pragma unroll
    for (int n = 0; n < 4; n++)
#pragma unroll
        for (int r = 0; r < ROWS; r++) partial[(n * ROWS + r) * STRIDE + item] = acc[n][r];
    barrier(CLK_LOCAL_MEM_FENCE);
    const int mine = (item / PARTS) * STRIDE, part = item % PARTS;
    float sum = 0.0f;
    for (int e = part; e < GROUP_ITEMS; e += PARTS) sum += partial[mine + e];
    barrier(CLK_LOCAL_MEM_FENCE);
    partial[mine + part] = sum;
    barrier(CLK_LOCAL_MEM_FENCE);
    if (item >= ROWS) return;
    float total[4];
#pragma unroll
    for (int n = 0; n < 4; n++) {
        total[n] = 0.0f;
        for (int e = 0; e < PARTS; e++) total[n] += partial[(n * ROWS + item) * STRIDE + e];
    }
    const float4 values = (float4)(total[0], total[1], total[2], total[3]);
    store_columns(out0, out1, out2, p, item, column0, values + bias_of(bias, p, column0));
}
