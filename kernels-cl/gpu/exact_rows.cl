// exact_rows.cl: makes the rows again that met what is not finite, key by key over the attended keys alone. As the portable
// kernels do it: what may not be attended never counts, what may is not hidden.
// in  flags [B*Hq, S] of flash_attention or combine_splits; the rest as flash_attention
// out context and log_sum_exp of the flagged rows
// build GROUP_ITEMS (a power of two), QRY, KEY, BIAS, OUT     launch {ceil(B * Hq * S / GROUP_ITEMS)} groups
// include gpu/attention_rows.cl common/reductions.cl

inline float exact_score(const attention_params p, const sequence_t seq, __global const TYPE(QRY) *q,
                         __global const TYPE(KEY) *k, __global const int *table, __global const TYPE(BIAS) *bias,
                         __global const float *alibi_slopes, const int b, const int h, const int i, const int j)
{
    const size_t q_at = view_index(p.q, b, h, seq.q_row + i);
    const size_t k_at = row_index(p.k, p.key_rows, table, b, h / (p.q_heads / p.kv_heads), seq.k_row + j);
    float dot = 0.0f;
    for (int c = 0; c < p.head_size; c++) dot = fma(LOAD(QRY, q, q_at + c), LOAD(KEY, k, k_at + c), dot);
    float s = dot * p.scale;
    if (p.softcap > 0.0f) s = p.softcap * tanh(s / p.softcap);
    if (p.flags & HAS_ALIBI) s -= alibi_slopes[h] * fabs((float)(seq.position + i - j));
    return p.flags & HAS_BIAS ? s + bias_at(p, bias, b, h, i, j) : s;
}

// By all items of a group, with the same arguments; `scratch` and `weights` have GROUP_ITEMS floats. Not inline: compilers
// that find it too large for that would look for it elsewhere.
void exact_row(__global const TYPE(QRY) *q, __global const TYPE(KEY) *k, __global const TYPE(KEY) *v,
               __global const int *sequences, __global const int *table, __global const uchar *mask,
               __global const TYPE(BIAS) *bias, __global const float *alibi_slopes, __global const float *sinks,
               __global const float *head_gate, __global TYPE(OUT) *context, __global float *log_sum_exp,
               const int has_log_sum_exp, const attention_params p, const int b, const int h, const int i,
               __local float *scratch, __local float *weights)
{
    const int item = (int)get_local_id(0);
    const sequence_t seq = sequence_of(p, sequences, b);
    const key_range keys = keys_of_query(p, seq, i);
    const float sink = (p.flags & HAS_SINKS) ? sinks[h] : -INFINITY;
    float most = -INFINITY, any = 0.0f;
    for (int j = keys.first + item; j < keys.end; j += GROUP_ITEMS) {
        if (!attended(p, seq, mask, bias, b, h, i, j)) continue;
        const float s = exact_score(p, seq, q, k, table, bias, alibi_slopes, b, h, i, j);
        if (s != -INFINITY) any = 1.0f;  // NaN, too
        most = fmax(most, s);
    }
    most = fmax(group_reduce_max(scratch, most), sink);
    any = group_reduce_max(scratch, any);
    const float base = most == -INFINITY ? 0.0f : most;
    float sum = 0.0f;
    for (int j = keys.first + item; j < keys.end; j += GROUP_ITEMS)
        if (attended(p, seq, mask, bias, b, h, i, j))
            sum += exp(exact_score(p, seq, q, k, table, bias, alibi_slopes, b, h, i, j) - base);
    sum = group_reduce_sum(scratch, sum) + ((p.flags & HAS_SINKS) ? exp(sink - base) : 0.0f);
    const float inverse = sum == 0.0f ? 0.0f : 1.0f / sum;

    const float gate = (p.flags & HAS_GATE) ? head_gate[h] : 1.0f;
    const size_t to = view_index(p.out, b, h, seq.q_row + i);
    for (int c0 = 0; c0 < p.value_size; c0 += GROUP_ITEMS) {
        const int c = c0 + item;
        float value = 0.0f;
        for (int j0 = keys.first; j0 < keys.end; j0 += GROUP_ITEMS) {
            const int j = j0 + item;
            float weight = -1.0f;  // of keys that do not count
            if (j < keys.end && attended(p, seq, mask, bias, b, h, i, j))
                weight = exp(exact_score(p, seq, q, k, table, bias, alibi_slopes, b, h, i, j) - base) * inverse;
            weights[item] = weight;
            barrier(CLK_LOCAL_MEM_FENCE);
            for (int n = 0; n < GROUP_ITEMS; n++) {
                if (weights[n] == -1.0f || c >= p.value_size) continue;
                const size_t at =
                    row_index(p.v, p.key_rows, table, b, h / (p.q_heads / p.kv_heads), seq.k_row + j0 + n);
                value = fma(weights[n], LOAD(KEY, v, at + c), value);
            }
            barrier(CLK_LOCAL_MEM_FENCE);
        }
        if (c < p.value_size) STORE(OUT, context, to + c, gate == 0.0f ? 0.0f : value * gate);
    }
    if (has_log_sum_exp && item == 0)
        log_sum_exp[(size_t)(b * p.q_heads + h) * p.q_len + i] = any > 0.0f ? base + log(sum) : -INFINITY;
}

__kernel __attribute__((reqd_work_group_size(GROUP_ITEMS, 1, 1)))
void exact_rows(__global const TYPE(QRY) *q, __global const TYPE(KEY) *k, __global const TYPE(KEY) *v,
                __global const int *sequences, __global const int *table, __global const uchar *mask,
                __global const TYPE(BIAS) *bias, __global const float *alibi_slopes, __global const float *sinks,
                __global const float *head_gate, __global TYPE(OUT) *context, __global float *log_sum_exp,
                __global const int *flags, const int has_log_sum_exp, const attention_params p)
{
    __local float scratch[GROUP_ITEMS], weights[GROUP_ITEMS];
    __local int flagged[GROUP_ITEMS], count;
    const int item = (int)get_local_id(0);
    const int row = (int)get_group_id(0) * GROUP_ITEMS + item;
    if (item == 0) count = 0;
    barrier(CLK_LOCAL_MEM_FENCE);
    if (row < p.batch * p.q_heads * p.q_len && flags[row]) flagged[atomic_inc(&count)] = row;
    barrier(CLK_LOCAL_MEM_FENCE);
    const int rows = count;
    for (int n = 0; n < rows; n++) {
        const int head = flagged[n] / p.q_len;
        exact_row(q, k, v, sequences, table, mask, bias, alibi_slopes, sinks, head_gate, context, log_sum_exp,
                  has_log_sum_exp, p, head / p.q_heads, head % p.q_heads, flagged[n] % p.q_len, scratch, weights);
    }
}
