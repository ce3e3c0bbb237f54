// qkv_projection.cl: [Q|K|V] = X * W^T + bias in one launch, each result written head by head where its view says.
// in  x [rows, inner]; w [*, inner] with the rows of Wq, Wk, Wv one after another; bias [*] like w's rows
// out up to three targets; column c of target t is (head c / size, component c % size)
// build TILE_* GROUP_* (ProductTile), ACT, WGT, OUT, PANELS (0 or 1: how the weights lie)
// launch {ceil(columns/TILE_N), ceil(rows/TILE_M)} groups
// rows are [batch, length]; row r is query r % length of batch r / length
// include common/projection.cl common/tile.cl

DEFINE_LOAD_ROWS(load_activations, ACT)
DEFINE_LOAD_WEIGHTS(load_weights, WGT)

inline void store_head(__global TYPE(OUT) *out, const head_target t, const int b, const int s, const int c,
                       const float value)
{
    STORE(OUT, out, view_index(t.view, b, c / t.size, s) + (size_t)(c % t.size), value);
}

TILE_GROUP
__kernel void qkv_projection(__global const TYPE(ACT) *x, __global const TYPE(WGT) *w, __global const float *bias,
                             __global TYPE(OUT) *out0, __global TYPE(OUT) *out1, __global TYPE(OUT) *out2,
                             const projection_params p)
{
    __local float a[TILE_K * (TILE_M + 1)];
    __local float b[TILE_K * (TILE_N + 1)];
    const int row0 = (int)get_group_id(1) * TILE_M;
    const int column0 = (int)get_group_id(0) * TILE_N;
    float acc[ITEM_M][ITEM_N];
    clear_accumulators(acc);
    for (int k = 0; k < p.inner; k += TILE_K) {
        load_activations(a, TILE_M, x, 0, p.inner, row0, p.rows, k, p.inner);
        load_weights(b, w, p.first_column, column0, p.columns, k, p.inner);
        barrier(CLK_LOCAL_MEM_FENCE);
        multiply_tiles(a, b, acc);
        barrier(CLK_LOCAL_MEM_FENCE);
    }
    const int end0 = p.target[0].columns, end1 = end0 + p.target[1].columns;
    for (int m = 0; m < ITEM_M; m++) {
        const int row = row0 + tile_row(m);
        for (int n = 0; n < ITEM_N; n++) {
            const int c = column0 + tile_column(n);
            if (row >= p.rows || c >= p.columns) continue;
            const float value = acc[m][n] + (p.has_bias ? bias[p.first_column + c] : 0.0f);
            const int batch = row / p.length, s = row % p.length;
            if (c < end0) store_head(out0, p.target[0], batch, s, c, value);
            else if (c < end1) store_head(out1, p.target[1], batch, s, c - end0, value);
            else store_head(out2, p.target[2], batch, s, c - end1, value);
        }
    }
}
