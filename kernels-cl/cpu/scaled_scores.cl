// scaled_scores.cl: S = mask(softcap(scale * Q * K^T) + ALiBi + bias), head by head, where scores are asked for.
// One work-item: ROWS rows of a query head, KEYS keys at a time.
// in  q by its view; packed: pack_keys' panels; sequences, mask, bias, alibi_slopes as flagged
// out scores [launched heads, row_count, keys] f32; entries that may not be attended are -inf at stage 2. Earlier stages take
//     no sequences: they would be about all keys that there are, padding included.
// build ROWS KEYS (multiple of 32) MAX_SIZE (of heads), NATURAL = 1
// launch {ceil(row_count/ROWS), launched heads} single work-items; keys = kv_len - first_key
// include cpu/finish_scores.cl cpu/tile_products.cl

__kernel __attribute__((reqd_work_group_size(1, 1, 1)))
void scaled_scores(__global const void *q, const int q_type, __global const float *all_packed,
                   __global const int *sequences, __global const uchar *mask, __global const void *bias,
                   const int bias_type, __global const float *alibi_slopes, __global float *scores,
                   attention_params p)
{
    if (p.stage < 2) {  // before the masks
        p.flags &= ~(HAS_ALIBI | HAS_BIAS | HAS_MASK | CAUSAL);
        p.left = p.right = -1;
    }
    if (p.stage < 1) p.softcap = 0.0f;
    const int block = (int)get_group_id(0), head_index = p.first_head + (int)get_group_id(1);
    const int b = head_index / p.q_heads, h = head_index % p.q_heads, kv_head = h / (p.q_heads / p.kv_heads);
    const sequence_t seq = sequence_of(p, sequences, b);
    const int panels = (p.kv_len + 31) / 32, columns = p.kv_len - p.first_key;
    __global const float *packed = all_packed + (size_t)(b * p.kv_heads + kv_head) * panels * p.head_size * 32;
    __global float *out = scores + ((size_t)get_group_id(1) * p.row_count + block * ROWS) * columns;
    const int count = min(ROWS, p.row_count - block * ROWS);

    float q_tile[ROWS * MAX_SIZE], s_tile[ROWS * KEYS];
    row_t rows[ROWS];
    for (int r = 0; r < ROWS; r++) {
        rows[r] = row_of_head(&p, seq, h, p.first_row + block * ROWS + min(r, count - 1));
        const int there = r < count && rows[r].i < seq.q_len;
        const size_t from = view_index(p.q, b, h, seq.q_row + (there ? rows[r].i : 0));
        load_query(q_tile + r * MAX_SIZE, q, q_type, from, there, p.head_size, query_factor(&p));
    }
    const int2 seen = keys_of(rows, ROWS, p.kv_len);
    const int finish = needs_finish(&p);
    for (int j0 = p.first_key / 32 * 32; j0 < p.kv_len; j0 += KEYS) {
        const int block_panels = min(KEYS / 32, panels - j0 / 32), keys = block_panels * 32;
        if (j0 < seen.y && j0 + keys > seen.x)
            tile_scores(q_tile, packed + (size_t)j0 * p.head_size, block_panels, p.head_size, s_tile);
        const int from = max(0, p.first_key - j0), to = min(keys, p.kv_len - j0);
        for (int r = 0; r < count; r++) {
            float *s = s_tile + r * KEYS;
            if (finish) finish_scores(s, keys, j0, &p, seq, rows[r], b, mask, bias, bias_type, alibi_slopes);
            mask_edges(s, keys, j0, rows[r]);
            __global float *out_row = out + (size_t)r * columns + (j0 - p.first_key);
            int n = from;
            for (; n + 16 <= to; n += 16) put16_global(vload16(0, s + n), out_row + n);
            for (; n < to; n++) out_row[n] = s[n];
        }
    }
}
