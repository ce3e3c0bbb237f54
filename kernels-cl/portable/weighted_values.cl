// weighted_values.cl: context = P * V, head by head, written with the heads merged (or as the out view says).
// in  weights [launched heads, row_count, keys] f32; v by its view; sequences, block table, mask, bias as flagged;
//     head_gate [Hq]
// out context by its view
// build TILE_* GROUP_* (ProductTile), KEY, BIAS, OUT
// launch {ceil(dv/TILE_N), ceil(row_count/TILE_M), launched heads} groups; keys = kv_len - first_key
// edge  0 * NaN: what lies at keys that may not be attended never reaches the result. A value that is not finite counts as 0
//       in the tile's product; it is added afterwards for the rows alone that may see its key.
// include common/masks.cl common/tile.cl

DEFINE_LOAD_ROWS(load_weights, F32)

// tile[j][c] = V[first_key + j][first_column + c]; zeros outside, and where that is not finite: then odd[j] and *some_odd
// become the tile's number.
inline void load_values(__local float *tile, __local int *odd, __local int *some_odd, const int number,
                        __global const TYPE(KEY) *v, __global const int *table, const attention_params p,
                        const sequence_t seq, const int b, const int h, const int first_key, const int first_column)
{
    for (int e = tile_item(); e < TILE_K * TILE_N; e += GROUP_ITEMS) {
        const int j = first_key + e / TILE_N, c = first_column + e % TILE_N;
        float value = 0.0f;
        if (j < seq.k_len && c < p.value_size)
            value = LOAD(KEY, v, row_index(p.v, p.key_rows, table, b, h, seq.k_row + j) + (size_t)c);
        if (!isfinite(value)) {
            value = 0.0f;
            atomic_xchg(&odd[e / TILE_N], number);
            atomic_xchg(some_odd, number);
        }
        tile[(e / TILE_N) * (TILE_N + 1) + e % TILE_N] = value;
    }
}

// Adds what key j holds where it is not finite, for rows that may see the key.
inline void add_odd(float acc[ITEM_M][ITEM_N], __local const float *weights, __global const TYPE(KEY) *v,
                    __global const uchar *mask, __global const TYPE(BIAS) *bias, const attention_params p,
                    const sequence_t seq, const int b, const int h, const int row0, const int column0, const int j,
                    const size_t v_row)
{
    for (int m = 0; m < ITEM_M; m++) {
        if (!attended(p, seq, mask, bias, b, h, p.first_row + row0 + tile_row(m), j)) continue;
        for (int n = 0; n < ITEM_N; n++) {
            const int c = column0 + tile_column(n);
            const float value = c < p.value_size ? LOAD(KEY, v, v_row + (size_t)c) : 0.0f;
            if (!isfinite(value)) acc[m][n] = fma(weights[tile_row(m)], value, acc[m][n]);
        }
    }
}

TILE_GROUP
__kernel void weighted_values(__global const float *weights, __global const TYPE(KEY) *v,
                              __global const int *sequences, __global const int *table, __global const uchar *mask,
                              __global const TYPE(BIAS) *bias, __global const float *head_gate,
                              __global TYPE(OUT) *context, const attention_params p)
{
    __local float p_tile[TILE_K * (TILE_M + 1)];
    __local float v_tile[TILE_K * (TILE_N + 1)];
    __local int odd[TILE_K], seen[TILE_K], some_odd;  // the number of the last tile in which a key is odd, and odd and seen
    const int head_index = p.first_head + (int)get_group_id(2);
    const int b = head_index / p.q_heads, h = head_index % p.q_heads;
    const int kv_head = h / (p.q_heads / p.kv_heads);
    const sequence_t seq = sequence_of(p, sequences, b);
    const int row0 = (int)get_group_id(1) * TILE_M;
    const int column0 = (int)get_group_id(0) * TILE_N;
    const int rows = min(p.row_count, seq.q_len - p.first_row);  // of this sequence; may be negative
    const int keys = p.kv_len - p.first_key;
    const size_t w_start = (size_t)get_group_id(2) * p.row_count * keys;
    float acc[ITEM_M][ITEM_N];
    clear_accumulators(acc);
    for (int k = tile_item(); k < TILE_K; k += GROUP_ITEMS) odd[k] = seen[k] = 0;
    if (tile_item() == 0) some_odd = 0;
    barrier(CLK_LOCAL_MEM_FENCE);
    // Keys beyond the sequence's own are left out of the fast sum, too: poisoned padding must not make every result
    // take the slow one.
    for (int j = p.first_key; row0 < rows && j < seq.k_len; j += TILE_K) {
        load_weights(p_tile, TILE_M, weights, w_start, keys, row0, rows, j - p.first_key, seq.k_len - p.first_key);
        const int number = j + 1;
        load_values(v_tile, odd, &some_odd, number, v, table, p, seq, b, kv_head, j, column0);
        barrier(CLK_LOCAL_MEM_FENCE);
        multiply_tiles(p_tile, v_tile, acc);
        if (some_odd == number) {
            for (int e = tile_item(); e < TILE_K * TILE_M; e += GROUP_ITEMS)
                if (odd[e % TILE_K] == number && row0 + e / TILE_K < rows
                    && attended(p, seq, mask, bias, b, h, p.first_row + row0 + e / TILE_K, j + e % TILE_K))
                    atomic_xchg(&seen[e % TILE_K], number);
            barrier(CLK_LOCAL_MEM_FENCE);
            for (int k = 0; k < TILE_K; k++)
                if (seen[k] == number)
                    add_odd(acc, p_tile + k * (TILE_M + 1), v, mask, bias, p, seq, b, h, row0, column0, j + k,
                            row_index(p.v, p.key_rows, table, b, kv_head, seq.k_row + j + k));
        }
        barrier(CLK_LOCAL_MEM_FENCE);
    }
    const float gate = (p.flags & HAS_GATE) ? head_gate[h] : 1.0f;
    for (int m = 0; m < ITEM_M; m++) {
        const int row = row0 + tile_row(m), i = p.first_row + row;
        for (int n = 0; n < ITEM_N; n++) {
            const int c = column0 + tile_column(n);
            if (row >= ((p.flags & RAGGED) ? rows : p.row_count) || c >= p.value_size) continue;
            const float sum = acc[m][n];
            // A head gated off is gone, whatever it holds.
            STORE(OUT, context, view_index(p.out, b, h, seq.q_row + i) + (size_t)c, gate == 0.0f ? 0.0f : sum * gate);
        }
    }
}
