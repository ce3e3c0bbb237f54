// weighted_values.cl: context = P * V, head by head, written with the heads merged (or as the out view says).
// in  weights [launched heads, row_count, T] f32; v by its view; lengths, mask, bias as flagged; head_gate [Hq]
// out context by its view
// build TILE_* GROUP_* (ProductTile), ACT, OUT
// launch {ceil(dv/TILE_N), ceil(row_count/TILE_M), launched heads} groups
// edge  0 * NaN: what lies at keys that may not be attended never reaches the result. Finite results need no care; one
//       that is not finite is summed again over the attended keys alone.

DEFINE_LOAD_ROWS(load_weights, F32)

// tile[j][c] = V[first_key + j][first_column + c]; zeros outside
inline void load_values(__local float *tile, __global const TYPE(ACT) *v, const size_t start, const size_t stride,
                        const int first_key, const int keys, const int first_column, const int columns)
{
    for (int e = tile_item(); e < TILE_K * TILE_N; e += GROUP_ITEMS) {
        const int j = e / TILE_N, c = e % TILE_N;
        const int key = first_key + j, column = first_column + c;
        const int inside = key < keys && column < columns;
        tile[j * (TILE_N + 1) + c] = inside ? LOAD(ACT, v, start + (size_t)key * stride + column) : 0.0f;
    }
}

TILE_GROUP
__kernel void weighted_values(__global const float *weights, __global const TYPE(ACT) *v, __global const int *lengths,
                              __global const uchar *mask, __global const float *bias,
                              __global const float *head_gate, __global TYPE(OUT) *context, const attention_params p)
{
    __local float p_tile[TILE_K * (TILE_M + 1)];
    __local float v_tile[TILE_K * (TILE_N + 1)];
    const int head_index = p.first_head + (int)get_group_id(2);
    const int b = head_index / p.q_heads, h = head_index % p.q_heads;
    const int row0 = (int)get_group_id(1) * TILE_M;
    const int column0 = (int)get_group_id(0) * TILE_N;
    const size_t w_start = (size_t)get_group_id(2) * p.row_count * p.kv_len;
    const size_t v_start = view_index(p.v, b, h / (p.q_heads / p.kv_heads), 0);
    // Padding keys are left out of the fast sum, too: poisoned padding must not make every result take the slow one.
    const int keys = (p.flags & HAS_LENGTHS) ? min(p.kv_len, lengths[b]) : p.kv_len;
    float acc[ITEM_M][ITEM_N];
    clear_accumulators(acc);
    for (int j = 0; j < keys; j += TILE_K) {
        load_weights(p_tile, TILE_M, weights, w_start, p.kv_len, row0, p.row_count, j, keys);
        load_values(v_tile, v, v_start, p.v.row, j, keys, column0, p.value_size);
        barrier(CLK_LOCAL_MEM_FENCE);
        multiply_tiles(p_tile, v_tile, acc);
        barrier(CLK_LOCAL_MEM_FENCE);
    }
    const float gate = (p.flags & HAS_GATE) ? head_gate[h] : 1.0f;
    for (int m = 0; m < ITEM_M; m++) {
        const int row = row0 + tile_row(m), i = p.first_row + row;
        for (int n = 0; n < ITEM_N; n++) {
            const int c = column0 + tile_column(n);
            if (row >= p.row_count || c >= p.value_size) continue;
            float sum = acc[m][n];
            if (!isfinite(sum)) {
                sum = 0.0f;
                for (int j = 0; j < keys; j++) {
                    if (attended(p, lengths, mask, bias, b, h, i, j))
                        sum = fma(weights[w_start + (size_t)row * p.kv_len + j],
                                  LOAD(ACT, v, v_start + (size_t)j * p.v.row + c), sum);
                }
            }
            // A head gated off is gone, whatever it holds.
            STORE(OUT, context, view_index(p.out, b, h, i) + c, gate == 0.0f ? 0.0f : sum * gate);
        }
    }
}
