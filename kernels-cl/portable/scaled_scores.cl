// scaled_scores.cl: S = mask(softcap(scale * Q * K^T) + ALiBi + bias), head by head.
// in  q, k by their views; sequences, block table, mask, bias, alibi_slopes [Hq] as flagged
// out scores [launched heads, row_count, keys] f32; entries that may not be attended are -inf at stage 2
// build TILE_* GROUP_* (ProductTile), QRY, KEY, BIAS
// launch {ceil(keys/TILE_N), ceil(row_count/TILE_M), launched heads} groups; keys = kv_len - first_key
// include common/masks.cl common/tile.cl

DEFINE_LOAD_ROWS(load_queries, QRY)

// tile[c][j] = K[first_key + j][first_column + c]; zeros outside
inline void load_keys(__local float *tile, __global const TYPE(KEY) *k, __global const int *table,
                      const attention_params p, const int first_row, const int b, const int h, const int first_key,
                      const int keys, const int first_column)
{
    for (int e = tile_item(); e < TILE_N * TILE_K; e += GROUP_ITEMS) {
        const int j = first_key + e / TILE_K, c = first_column + e % TILE_K;
        float value = 0.0f;
        if (j < keys && c < p.head_size)
            value = LOAD(KEY, k, row_index(p.k, p.key_rows, table, b, h, first_row + j) + (size_t)c);
        tile[(e % TILE_K) * (TILE_N + 1) + e / TILE_K] = value;
    }
}

TILE_GROUP
__kernel void scaled_scores(__global const TYPE(QRY) *q, __global const TYPE(KEY) *k, __global const int *sequences,
                            __global const int *table, __global const uchar *mask, __global const TYPE(BIAS) *bias,
                            __global const float *alibi_slopes, __global float *scores, const attention_params p)
{
    __local float q_tile[TILE_K * (TILE_M + 1)];
    __local float k_tile[TILE_K * (TILE_N + 1)];
    const int head_index = p.first_head + (int)get_group_id(2);
    const int b = head_index / p.q_heads, h = head_index % p.q_heads;
    const sequence_t seq = sequence_of(p, sequences, b);
    const int row0 = (int)get_group_id(1) * TILE_M;
    const int key0 = p.first_key + (int)get_group_id(0) * TILE_N;
    const int rows = min(p.row_count, seq.q_len - p.first_row);  // of this sequence; may be negative
    const size_t q_start = view_index(p.q, b, h, seq.q_row + p.first_row);
    float acc[ITEM_M][ITEM_N];
    clear_accumulators(acc);
    // Scores before the masks are those of all keys, as long as all keys are there.
    const int keys_there = (p.flags & DENSE) ? p.kv_len : seq.k_len;
    const int needed = row0 < rows && key0 < keys_there;
    for (int c = 0; needed && c < p.head_size; c += TILE_K) {
        load_queries(q_tile, TILE_M, q, q_start, p.q.row, row0, rows, c, p.head_size);
        load_keys(k_tile, k, table, p, seq.k_row, b, h / (p.q_heads / p.kv_heads), key0, keys_there, c);
        barrier(CLK_LOCAL_MEM_FENCE);
        multiply_tiles(q_tile, k_tile, acc);
        barrier(CLK_LOCAL_MEM_FENCE);
    }
    const int keys = p.kv_len - p.first_key;
    for (int m = 0; m < ITEM_M; m++) {
        const int row = row0 + tile_row(m), i = p.first_row + row;
        for (int n = 0; n < ITEM_N; n++) {
            const int j = key0 + tile_column(n);
            if (row >= p.row_count || j >= p.kv_len) continue;
            float s = acc[m][n] * p.scale;
            if (p.stage >= 1 && p.softcap > 0.0f) s = p.softcap * tanh(s / p.softcap);
            if (p.stage >= 2) {
                if (p.flags & HAS_ALIBI) s -= alibi_slopes[h] * fabs((float)(seq.position + i - j));
                if (!attended(p, seq, mask, bias, b, h, i, j)) s = -INFINITY;
                else if (p.flags & HAS_BIAS) s += bias_at(p, bias, b, h, i, j);
            }
            scores[((size_t)get_group_id(2) * p.row_count + row) * keys + (j - p.first_key)] = s;
        }
    }
}
