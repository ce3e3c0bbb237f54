// head_products.cl: out[b,h,i,:] = x[b,h,i,:] * W[h]^T: every head with a matrix of its own.
// in  x by its view, `inner` components; w [heads, columns, inner]
// out by its view, `columns` components
// build TILE_* GROUP_* (ProductTile), ACT, WGT, OUT
// launch {ceil(columns/TILE_N), ceil(rows/TILE_M), B * heads} groups
// include common/head_products.cl common/tile.cl

DEFINE_LOAD_ROWS(load_activations, ACT)
DEFINE_LOAD_ROWS(load_weights, WGT)

TILE_GROUP
__kernel void head_products(__global const TYPE(ACT) *x, __global const TYPE(WGT) *w, __global TYPE(OUT) *out,
                            const head_products_params p)
{
    __local float a[TILE_K * (TILE_M + 1)];
    __local float b[TILE_K * (TILE_N + 1)];
    const int batch = (int)get_group_id(2) / p.heads, h = (int)get_group_id(2) % p.heads;
    const int row0 = (int)get_group_id(1) * TILE_M;
    const int column0 = (int)get_group_id(0) * TILE_N;
    const size_t x_start = view_index(p.x, batch, h, 0);
    const size_t w_start = (size_t)h * p.columns * p.inner;
    float acc[ITEM_M][ITEM_N];
    clear_accumulators(acc);
    for (int k = 0; k < p.inner; k += TILE_K) {
        load_activations(a, TILE_M, x, x_start, p.x.row, row0, p.rows, k, p.inner);
        load_weights(b, TILE_N, w, w_start, p.inner, column0, p.columns, k, p.inner);
        barrier(CLK_LOCAL_MEM_FENCE);
        multiply_tiles(a, b, acc);
        barrier(CLK_LOCAL_MEM_FENCE);
    }
    for (int m = 0; m < ITEM_M; m++) {
        const int row = row0 + tile_row(m);
        for (int n = 0; n < ITEM_N; n++) {
            const int c = column0 + tile_column(n);
            if (row < p.rows && c < p.columns)
                STORE(OUT, out, view_index(p.out, batch, h, row) + (size_t)c, acc[m][n]);
        }
    }
}
