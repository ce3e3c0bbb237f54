// weighted_values.cl: context = P * V, head by head, where the weights are asked for. One work-item: ROWS rows of a query head.
// in  weights [launched heads, row_count, keys] f32; v by its view, f32 rows; sequences, mask, bias as flagged; head_gate [Hq]
// out context by its view
// build ROWS KEYS MAX_SIZE (of heads)     values have 16 components at least
// launch {ceil(row_count/ROWS), launched heads} single work-items; keys = kv_len - first_key
// edge  0 * NaN: what lies at keys that may not be attended never reaches the result
// include cpu/finish_row.cl cpu/masked_values.cl

__kernel __attribute__((reqd_work_group_size(1, 1, 1)))
void weighted_values(__global const float *all_weights, __global const float *v, __global const int *sequences,
                     __global const uchar *mask, __global const void *bias, const int bias_type,
                     __global const float *head_gate, __global void *context, const int out_type,
                     const attention_params p)
{
    const int block = (int)get_group_id(0), head_index = p.first_head + (int)get_group_id(1);
    const int b = head_index / p.q_heads, h = head_index % p.q_heads, kv_head = h / (p.q_heads / p.kv_heads);
    const sequence_t seq = sequence_of(p, sequences, b);
    const int columns = p.kv_len - p.first_key, count = min(ROWS, p.row_count - block * ROWS);
    __global const float *weights = all_weights + ((size_t)get_group_id(1) * p.row_count + block * ROWS) * columns;
    __global const float *values = v + view_index(p.v, b, kv_head, seq.k_row);

    float w_tile[ROWS * KEYS], o_tile[ROWS * MAX_SIZE], before[ROWS * MAX_SIZE], correction[ROWS];
    row_t rows[ROWS];
    for (int r = 0; r < ROWS; r++) {
        rows[r] = row_of_head(&p, seq, h, p.first_row + block * ROWS + min(r, count - 1));
        correction[r] = 1.0f;
    }
    for (int e = 0; e < ROWS * p.value_size; e += 16) put16((float16)(0.0f), 0, o_tile + e);
    const int2 seen = keys_of(rows, ROWS, p.kv_len);
    for (int j0 = seen.x; j0 < seen.y; j0 += KEYS) {
        const int keys = min(KEYS, seen.y - j0);
        for (int r = 0; r < ROWS; r++) {
            __global const float *from = weights + (size_t)min(r, count - 1) * columns + (j0 - p.first_key);
            int n = 0;
            for (; n + 16 <= keys; n += 16) put16(vload16(0, from + n), 0, w_tile + r * KEYS + n);
            for (; n < keys; n++) w_tile[r * KEYS + n] = from[n];
        }
        masked_values(o_tile, before, correction, w_tile, values + (size_t)j0 * p.v.row, p.v.row, j0, keys, &p, rows, mask, bias,
                      bias_type, b);
    }
    for (int r = 0; r < count; r++) {
        if (rows[r].i >= seq.q_len && (p.flags & RAGGED)) continue;
        store_context(context, out_type, view_index(p.out, b, h, seq.q_row + rows[r].i), o_tile + r * p.value_size, &p,
                      (p.flags & HAS_GATE) ? head_gate[h] : 1.0f);
    }
}
