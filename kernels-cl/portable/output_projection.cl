// output_projection.cl: Y = X * W^T + bias, W_O of the layer and any other dense product.
// in  x [rows, inner], w [columns, inner], bias [columns]     out y [rows, columns]
// build TILE_* GROUP_* (ProductTile), ACT, WGT, OUT, PANELS (0 or 1: how the weights lie)
// launch {ceil(columns/TILE_N), ceil(rows/TILE_M)} groups
// include common/tile.cl

DEFINE_LOAD_ROWS(load_activations, ACT)
DEFINE_LOAD_WEIGHTS(load_weights, WGT)

TILE_GROUP
__kernel void output_projection(__global const TYPE(ACT) *x, __global const TYPE(WGT) *w, __global const float *bias,
                                __global TYPE(OUT) *y, const int rows, const int columns, const int inner,
                                const int has_bias)
{
    __local float a[TILE_K * (TILE_M + 1)];
    __local float b[TILE_K * (TILE_N + 1)];
    const int row0 = (int)get_group_id(1) * TILE_M;
    const int column0 = (int)get_group_id(0) * TILE_N;
    float acc[ITEM_M][ITEM_N];
    clear_accumulators(acc);
    for (int k = 0; k < inner; k += TILE_K) {
        load_activations(a, TILE_M, x, 0, inner, row0, rows, k, inner);
        load_weights(b, w, 0, column0, columns, k, inner);
        barrier(CLK_LOCAL_MEM_FENCE);
        multiply_tiles(a, b, acc);
        barrier(CLK_LOCAL_MEM_FENCE);
    }
    for (int m = 0; m < ITEM_M; m++) {
        const int row = row0 + tile_row(m);
        for (int n = 0; n < ITEM_N; n++) {
            const int c = column0 + tile_column(n);
            if (row >= rows || c >= columns) continue;
            STORE(OUT, y, (size_t)row * columns + c, acc[m][n] + (has_bias ? bias[c] : 0.0f));
        }
    }
}
