// scaled_scores.cl: S = mask(softcap(scale * Q * K^T) + ALiBi + bias), head by head.
// in  q, k by their views; lengths [B], mask, bias, alibi_slopes [Hq] as flagged
// out scores [launched heads, row_count, T] f32; entries that may not be attended are -inf at stage 2
// build TILE_* GROUP_* (ProductTile), ACT
// launch {ceil(T/TILE_N), ceil(row_count/TILE_M), launched heads} groups

DEFINE_LOAD_ROWS(load_rows, ACT)

TILE_GROUP
__kernel void scaled_scores(__global const TYPE(ACT) *q, __global const TYPE(ACT) *k, __global const int *lengths,
                            __global const uchar *mask, __global const float *bias,
                            __global const float *alibi_slopes, __global float *scores, const attention_params p)
{
    __local float q_tile[TILE_K * (TILE_M + 1)];
    __local float k_tile[TILE_K * (TILE_N + 1)];
    const int head_index = p.first_head + (int)get_group_id(2);
    const int b = head_index / p.q_heads, h = head_index % p.q_heads;
    const int row0 = (int)get_group_id(1) * TILE_M;
    const int column0 = (int)get_group_id(0) * TILE_N;
    const size_t q_start = view_index(p.q, b, h, p.first_row);
    const size_t k_start = view_index(p.k, b, h / (p.q_heads / p.kv_heads), 0);
    float acc[ITEM_M][ITEM_N];
    clear_accumulators(acc);
    for (int c = 0; c < p.head_size; c += TILE_K) {
        load_rows(q_tile, TILE_M, q, q_start, p.q.row, row0, p.row_count, c, p.head_size);
        load_rows(k_tile, TILE_N, k, k_start, p.k.row, column0, p.kv_len, c, p.head_size);
        barrier(CLK_LOCAL_MEM_FENCE);
        multiply_tiles(q_tile, k_tile, acc);
        barrier(CLK_LOCAL_MEM_FENCE);
    }
    for (int m = 0; m < ITEM_M; m++) {
        const int row = row0 + tile_row(m), i = p.first_row + row;
        for (int n = 0; n < ITEM_N; n++) {
            const int j = column0 + tile_column(n);
            if (row >= p.row_count || j >= p.kv_len) continue;
            float s = acc[m][n] * p.scale;
            if (p.stage >= 1 && p.softcap > 0.0f) s = p.softcap * tanh(s / p.softcap);
            if (p.stage >= 2) {
                if (p.flags & HAS_ALIBI) s -= alibi_slopes[h] * (float)abs(query_position(p, lengths, b, i) - j);
                if (p.flags & HAS_BIAS) s += bias_at(p, bias, b, h, i, j);
                if (!attended(p, lengths, mask, bias, b, h, i, j)) s = -INFINITY;
            }
            scores[((size_t)get_group_id(2) * p.row_count + row) * p.kv_len + j] = s;
        }
    }
}
