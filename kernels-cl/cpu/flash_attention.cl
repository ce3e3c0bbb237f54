// flash_attention.cl: softmax(scale * Q * K^T + masks) * V by tiles, without scores in memory (online softmax,
// Milakov and Gimelshein 2018; Dao et al. 2022).
// One work-item: ROWS rows of one key-value head, KEYS keys at a time. The rows of a key-value head are those of all query
// heads that share it, one head after the other.
// in  q by its view; packed: pack_keys' panels; v by its view, f32 rows; k by its view (read for rows that are not finite
//     only); sequences, block table, mask, bias, alibi_slopes, sinks, head_gate as flagged
// out context by its view; log_sum_exp [B*Hq, S] as flagged
// build ROWS KEYS (multiple of 32) MAX_SIZE (of heads)     values have 16 components at least
// launch {ceil(Hq/Hkv * S / ROWS), B * Hkv} single work-items

#define AHEAD 16  // rows of a panel, or of values

// scores[ROWS][KEYS] = q_tile [ROWS][MAX_SIZE] * K^T for `panels` panels of 32 keys
inline void tile_scores(const float *q_tile, __global const float *k, const int panels, const int size, float *scores)
{
    for (int panel = 0; panel < panels; panel++) {
        float16 low[ROWS], high[ROWS];
#pragma unroll
        for (int r = 0; r < ROWS; r++) low[r] = high[r] = 0.0f;
        for (int c = 0; c < size; c++) {
            const float16 k_low = vload16(0, k), k_high = vload16(1, k);
            PREFETCH(k + 32 * AHEAD);
            PREFETCH(k + 32 * AHEAD + 16);
#pragma unroll
            for (int r = 0; r < ROWS; r++) {
                const float16 a = (float16)q_tile[r * MAX_SIZE + c];
                low[r] = fma(a, k_low, low[r]);
                high[r] = fma(a, k_high, high[r]);
            }
            k += 32;
        }
#pragma unroll
        for (int r = 0; r < ROWS; r++) {
            put16(low[r], 2 * panel, scores + r * KEYS);
            put16(high[r], 2 * panel + 1, scores + r * KEYS);
        }
    }
}

// Stores 16 components but the first `known`.
inline void put_last(const float16 values, const int known, float *p)
{
    put16(known == 0 ? values : LANES < known ? vload16(0, p) : values, 0, p);
}

// o = o * correction + weights * V, for `keys` rows of values; size is at least 16
inline void tile_values(float *o, const float *correction, const float *weights, __global const float *v, const int row,
                        const int keys, const int size)
{
    for (int c = 0; c < size; c += 32) {
        // Where fewer than 16 components are left, the last 16 are computed, and those that are new stored.
        const int first = min(c, size - 16), second = min(c + 16, size - 16);
        float16 low[ROWS], high[ROWS];
#pragma unroll
        for (int r = 0; r < ROWS; r++) {
            low[r] = vload16(0, o + r * size + first) * correction[r];
            high[r] = vload16(0, o + r * size + second) * correction[r];
        }
        __global const float *v_row = v + first;
        for (int n = 0; n < keys; n++) {
            const float16 v_low = vload16(0, v_row), v_high = vload16(0, v_row + (second - first));
            PREFETCH(v_row + (size_t)AHEAD * row);
            PREFETCH(v_row + (size_t)AHEAD * row + 16);
#pragma unroll
            for (int r = 0; r < ROWS; r++) {
                const float16 w = (float16)weights[r * KEYS + n];
                low[r] = fma(w, v_low, low[r]);
                high[r] = fma(w, v_high, high[r]);
            }
            v_row += row;
        }
#pragma unroll
        for (int r = 0; r < ROWS; r++) {
            put_last(low[r], c - first, o + r * size + first);
            if (c + 16 < size) put_last(high[r], c + 16 - second, o + r * size + second);
        }
    }
}

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

    float q_tile[ROWS * MAX_SIZE], s_tile[ROWS * KEYS], o_tile[ROWS * MAX_SIZE];
    float largest[ROWS], correction[ROWS];
    float16 sums[ROWS];
    row_t rows[ROWS];
    const float factor = query_factor(&p);
    int first = p.kv_len, end = 0;
    for (int r = 0; r < ROWS; r++) {
        rows[r] = row_of(&p, seq, kv_head, block * ROWS + r);
        if (rows[r].first < rows[r].end) {
            first = min(first, rows[r].first);
            end = max(end, rows[r].end);
        }
        const int there = block * ROWS + r < all_rows && rows[r].i < seq.q_len;
        const size_t from = view_index(p.q, b, rows[r].h, seq.q_row + (there ? rows[r].i : 0));
        int c = 0;
        for (; c + 16 <= p.head_size; c += 16)
            put16(there ? load16_any(q, q_type, from + c) * factor : (float16)(0.0f), 0, q_tile + r * MAX_SIZE + c);
        for (; c < p.head_size; c++) q_tile[r * MAX_SIZE + c] = there ? load_any(q, q_type, from + c) * factor : 0.0f;
        largest[r] = -INFINITY;
        sums[r] = 0.0f;
    }
    for (int e = 0; e < ROWS * p.value_size; e += 16) put16((float16)(0.0f), 0, o_tile + e);

    const int finish = needs_finish(&p);
    for (int j0 = first / 32 * 32; j0 < end; j0 += KEYS) {
        const int block_panels = min(KEYS / 32, (end - j0 + 31) / 32), keys = block_panels * 32;
        tile_scores(q_tile, packed + (size_t)j0 * p.head_size, block_panels, p.head_size, s_tile);
        for (int r = 0; r < ROWS; r++) {
            float *s = s_tile + r * KEYS;
            if (finish) finish_scores(s, keys, j0, &p, seq, rows[r], b, mask, bias, bias_type, alibi_slopes);
            if (j0 < rows[r].first || j0 + keys > rows[r].end) mask_edges(s, keys, j0, rows[r]);
            correction[r] = raise_largest(s, keys, &largest[r]);
        }
        for (int r = 0; r < ROWS; r++) soften(s_tile + r * KEYS, keys, largest[r], correction[r], &sums[r]);
        tile_values(o_tile, correction, s_tile, values + (size_t)j0 * p.v.row, p.v.row, min(keys, seq.k_len - j0),
                    p.value_size);
    }

    const stored_t stored = {k, v, table, k_type, F32_CODE, {ROWS_PLAIN, 1, 0}};
    for (int r = 0; r < ROWS && block * ROWS + r < all_rows; r++) {
        if (rows[r].i >= seq.q_len && (p.flags & RAGGED)) continue;
        finish_row(o_tile + r * p.value_size, largest[r], sum_of(sums[r]), &p, seq, stored, q, q_type, mask, bias, bias_type,
                   alibi_slopes, sinks, head_gate, context, out_type, log_sum_exp, has_log_sum_exp, b, kv_head, rows[r]);
    }
}
