// join_streams.cl: the parts of stream_attention become rows of the context. One work-item: one row.
// in  parts [B*Hkv][chunks][rows][value_size + 2]; the rest as stream_attention and, for rows that are not finite, where k, v
//     and q lie
// out context by its view; log_sum_exp [B*Hq, S] as flagged
// build MAX_SIZE (of heads)     launch {rows, B * Hkv} single work-items
// include cpu/finish_row.cl

__kernel __attribute__((reqd_work_group_size(1, 1, 1)))
void join_streams(__global const float *parts, const int chunks, __global const void *q, const int q_type,
                  __global const void *k, __global const void *v, const int k_type, __global const int *table,
                  __global const int *sequences, __global const uchar *mask, __global const void *bias, const int bias_type,
                  __global const float *alibi_slopes, __global const float *sinks, __global const float *head_gate,
                  __global void *context, const int out_type, __global float *log_sum_exp, const int has_log_sum_exp,
                  const attention_params p)
{
    const int r = (int)get_group_id(0), head_index = (int)get_group_id(1);
    const int b = head_index / p.kv_heads, kv_head = head_index % p.kv_heads;
    const int rows = p.q_heads / p.kv_heads * p.q_len, stride = p.value_size + 2;
    const sequence_t seq = sequence_of(p, sequences, b);
    const row_t row = row_of(&p, seq, kv_head, r);
    if (row.i >= seq.q_len && (p.flags & RAGGED)) return;

    __global const float *part = parts + ((size_t)head_index * chunks * rows + r) * stride;
    float largest = -INFINITY;
    for (int n = 0; n < chunks; n++) {
        const float most = part[(size_t)n * rows * stride + p.value_size];
        largest = most > largest ? most : largest;
    }
    float o[MAX_SIZE];
    for (int c = 0; c < p.value_size; c++) o[c] = 0.0f;
    float total = 0.0f;
    for (int n = 0; n < chunks; n++) {
        __global const float *from = part + (size_t)n * rows * stride;
        const float most = from[p.value_size], sum = from[p.value_size + 1];
        // A chunk that weighs nothing, or has no keys, is counted, too: it may have met a value that is no number.
        const float weight = most == -INFINITY ? sum : exp2_scalar(most - largest);
        total = fma(weight, sum, total);
        int c = 0;
        for (; c + 16 <= p.value_size; c += 16)
            put16(fma((float16)(weight), vload16(0, from + c), vload16(0, o + c)), 0, o + c);
        for (; c < p.value_size; c++) o[c] = fma(weight, from[c], o[c]);
    }
    const stored_t stored = {k, v, table, k_type, k_type, p.key_rows};
    finish_row(o, largest, total, &p, seq, stored, q, q_type, mask, bias, bias_type, alibi_slopes, sinks, head_gate, context,
               out_type, log_sum_exp, has_log_sum_exp, b, kv_head, row);
}
