// tiled_product.cl: C = X * W^T + bias, for many rows. A group of 256 items makes a TILE_M x TILE_N tile in registers;
// while it multiplies TILE_K columns in local memory, the next ones are on their way into registers.
// in  x [rows, inner]; w [*, inner]; bias [*]     out up to three targets, head by head, as in qkv_projection
// build TILE_M TILE_N TILE_K GROUP_M GROUP_N (ProductTile), ACT, WGT, OUT, WIDTH
// launch {ceil(columns/TILE_N), ceil(rows/TILE_M)} groups
// include gpu/quads.cl gpu/store_columns.cl

#define ITEM_M (TILE_M / GROUP_M)        // neighbouring rows, a multiple of 4
#define QUADS_N (TILE_N / GROUP_N / 4)   // quads of columns, 4 * GROUP_N apart
#define GROUP_ITEMS (GROUP_M * GROUP_N)
#define STRIDE_M (TILE_M + 4)
#define STRIDE_N (TILE_N + 4)
#define LOADS_M (TILE_M * TILE_K / 4 / GROUP_ITEMS)
#define LOADS_N (TILE_N * TILE_K / 4 / GROUP_ITEMS)

DEFINE_LOAD_QUAD(load_activations, ACT)
DEFINE_LOAD_QUAD(load_weights, WGT)

__kernel __attribute__((reqd_work_group_size(GROUP_N, GROUP_M, 1)))
void tiled_product(__global const TYPE(ACT) *x, __global const TYPE(WGT) *w, __global const float *bias,
                   __global TYPE(OUT) *out0, __global TYPE(OUT) *out1, __global TYPE(OUT) *out2,
                   const projection_params p)
{
    LOCAL4_ARRAY a[TILE_K * STRIDE_M];
    LOCAL4_ARRAY b[TILE_K * STRIDE_N];
    const int lane = (int)get_local_id(0), item_row = (int)get_local_id(1) * ITEM_M;
    const int item = (int)get_local_id(1) * GROUP_N + lane;
    const int row0 = (int)get_group_id(1) * TILE_M, column0 = (int)get_group_id(0) * TILE_N;
    const int load_row = item / (TILE_K / 4), load_k = item % (TILE_K / 4) * 4;

    float4 acc[QUADS_N][ITEM_M];
#pragma unroll
    for (int n = 0; n < QUADS_N; n++)
#pragma unroll
        for (int m = 0; m < ITEM_M; m++) acc[n][m] = (float4)(0.0f);

    float4 next_a[LOADS_M], next_b[LOADS_N];
    for (int k0 = -TILE_K; k0 < p.inner; k0 += TILE_K) {
        const int k = k0 + TILE_K + load_k;  // of the columns that come next
#pragma unroll
        for (int l = 0; l < LOADS_M; l++) {
            const int row = row0 + load_row + l * (GROUP_ITEMS * 4 / TILE_K);
            next_a[l] = load_activations(x, (size_t)row * p.inner + k, row < p.rows ? p.inner - k : 0);
        }
#pragma unroll
        for (int l = 0; l < LOADS_N; l++) {
            const int column = column0 + load_row + l * (GROUP_ITEMS * 4 / TILE_K);
            next_b[l] = load_weights(w, (size_t)(p.first_column + column) * p.inner + k,
                                     column < p.columns ? p.inner - k : 0);
        }
        for (int c = 0; k0 >= 0 && c < TILE_K; c++) {
            float4 b_c[QUADS_N];
#pragma unroll
            for (int n = 0; n < QUADS_N; n++) b_c[n] = LOCAL4(b + c * STRIDE_N + 4 * (n * GROUP_N + lane));
#pragma unroll
            for (int m = 0; m < ITEM_M; m += 4) {
                const float4 a_c = LOCAL4(a + c * STRIDE_M + item_row + m);
#pragma unroll
                for (int n = 0; n < QUADS_N; n++) multiply_quads(&acc[n][m], a_c, b_c[n]);
            }
        }
        barrier(CLK_LOCAL_MEM_FENCE);
#pragma unroll
        for (int l = 0; l < LOADS_M; l++)
            put_transposed(a, STRIDE_M, load_row + l * (GROUP_ITEMS * 4 / TILE_K), load_k, next_a[l]);
#pragma unroll
        for (int l = 0; l < LOADS_N; l++)
            put_transposed(b, STRIDE_N, load_row + l * (GROUP_ITEMS * 4 / TILE_K), load_k, next_b[l]);
        barrier(CLK_LOCAL_MEM_FENCE);
    }

#pragma unroll
    for (int n = 0; n < QUADS_N; n++) {
        const int column = column0 + 4 * (n * GROUP_N + lane);
        const float4 b_n = bias_of(bias, p, column);
#pragma unroll
        for (int m = 0; m < ITEM_M; m++)
            store_columns(out0, out1, out2, p, row0 + item_row + m, column, acc[n][m] + b_n);
    }
}
