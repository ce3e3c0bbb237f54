// flash_attention.cl: softmax(scale * Q * K^T + masks) * V by tiles, without scores in memory (online softmax,
// Milakov and Gimelshein 2018; Dao et al. 2022).
// One work-item: ROWS rows of one key-value head, KEYS keys at a time. The rows of a key-value head are those of all query
// heads that share it, one head after the other.
// in  q by its view; packed: pack_keys' panels; v by its view, f32 rows; k by its view (read for rows that are not finite
//     only); sequences, block table, mask, bias, alibi_slopes, sinks, head_gate as flagged
// out context by its view; log_sum_exp [B*Hq, S] as flagged
// build ROWS KEYS (multiple of 32) MAX_SIZE (of heads)     values have 16 components at least
// launch {ceil(Hq/Hkv * S / ROWS), B * Hkv} single work-items
// include cpu/finish_row.cl cpu/masked_values.cl

__kernel __attribute__((reqd_work_group_size(1, 1, 1)))
void flash_attention(__global const void *q, const int q_type, __global const float *all_packed, __global const float *v,
                     __global const void *k, const int k_type, __global const int *table, __global const int *sequences,
                     __global const uchar *mask, __global const void *bias, const int bias_type,
                     __global const float *alibi_slopes, __global const float *sinks, __global const float *head_gate,
                     __global void *context, const int out_type, __global float *log_sum_exp, const int has_log_sum_exp,
                     const attention_params p)
{
    const int blocks = (int)get_num_groups(0), turn = (int)get_group_id(0);
    // Under a causal mask late rows have more keys: short and long ones by turns keep threads equally busy.
    const int block = (turn & 1) ? blocks - 1 - turn / 2 : turn / 2;
    const int head_index = (int)get_group_id(1);
    const int b = head_index / p.kv_heads, kv_head = head_index % p.kv_heads;
    const int all_rows = p.q_heads / p.kv_heads * p.q_len;
    const sequence_t seq = sequence_of(p, sequences, b);
    const int panels = (p.kv_len + 31) / 32;
    __global const float *packed = all_packed + (size_t)head_index * panels * p.head_size * 32;
    __global const float *values = v + view_index(p.v, b, kv_head, seq.k_row);

    float q_tile[ROWS * MAX_SIZE], s_tile[ROWS * KEYS], o_tile[ROWS * MAX_SIZE], before[ROWS * MAX_SIZE];
    float largest[ROWS], correction[ROWS];
    float16 sums[ROWS];
    row_t rows[ROWS];
    for (int r = 0; r < ROWS; r++) {
        rows[r] = row_of(&p, seq, kv_head, block * ROWS + r);
        const int there = block * ROWS + r < all_rows && rows[r].i < seq.q_len;
        const size_t from = view_index(p.q, b, rows[r].h, seq.q_row + (there ? rows[r].i : 0));
        load_query(q_tile + r * MAX_SIZE, q, q_type, from, there, p.head_size, query_factor(&p));
        largest[r] = -INFINITY;
        sums[r] = 0.0f;
    }
    const int2 seen = keys_of(rows, ROWS, p.kv_len);
    for (int e = 0; e < ROWS * p.value_size; e += 16) put16((float16)(0.0f), 0, o_tile + e);

    const int finish = needs_finish(&p);
    for (int j0 = seen.x / 32 * 32; j0 < seen.y; j0 += KEYS) {
        const int block_panels = min(KEYS / 32, (seen.y - j0 + 31) / 32), keys = block_panels * 32;
        tile_scores(q_tile, packed + (size_t)j0 * p.head_size, block_panels, p.head_size, s_tile);
        for (int r = 0; r < ROWS; r++) {
            float *s = s_tile + r * KEYS;
            if (finish) finish_scores(s, keys, j0, &p, seq, rows[r], b, mask, bias, bias_type, alibi_slopes);
            if (j0 < rows[r].first || j0 + keys > rows[r].end) mask_edges(s, keys, j0, rows[r]);
            correction[r] = raise_largest(s, keys, &largest[r]);
        }
        for (int r = 0; r < ROWS; r++) soften(s_tile + r * KEYS, keys, largest[r], correction[r], &sums[r]);
        masked_values(o_tile, before, correction, s_tile, values + (size_t)j0 * p.v.row, p.v.row, j0,
                      min(keys, seq.k_len - j0), &p, rows, mask, bias, bias_type, b);
    }

    const stored_t stored = {k, v, table, k_type, F32_CODE, {ROWS_PLAIN, 1, 0}};
    for (int r = 0; r < ROWS && block * ROWS + r < all_rows; r++) {
        if (rows[r].i >= seq.q_len && (p.flags & RAGGED)) continue;
        finish_row(o_tile + r * p.value_size, largest[r], sum_of(sums[r]), &p, seq, stored, q, q_type, mask, bias, bias_type,
                   alibi_slopes, sinks, head_gate, context, out_type, log_sum_exp, has_log_sum_exp, b, kv_head, rows[r]);
    }
}
