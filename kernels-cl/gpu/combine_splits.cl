// combine_splits.cl: finished rows from the parts that split_attention left. One group: one row.
// in  partials: see split_attention; sequences, sinks, head_gate as flagged
// out context by its view; log_sum_exp as flagged; flags [B*Hq, S] for exact_rows
// build GROUP_ITEMS, OUT     launch {Hq/Hkv * S, B * Hkv} groups
// include gpu/end_row.cl

__kernel __attribute__((reqd_work_group_size(GROUP_ITEMS, 1, 1)))
void combine_splits(__global const int *sequences, __global const float *sinks, __global const float *head_gate,
                    __global TYPE(OUT) *context, __global float *log_sum_exp, __global const float *partials,
                    __global int *flags, const int splits, const int has_log_sum_exp, const attention_params p)
{
    __local int odd;
    const int item = (int)get_local_id(0), index = (int)get_group_id(0), rows = (int)get_num_groups(0);
    const int b = (int)get_group_id(1) / p.kv_heads, kv_head = (int)get_group_id(1) % p.kv_heads;
    const int group = p.q_heads / p.kv_heads;
    const int h = kv_head * group + index % group, i = index / group;
    const sequence_t seq = sequence_of(p, sequences, b);
    const int stride = 4 + (p.value_size + 3) / 4 * 4;
    __global const float *parts = partials + ((size_t)get_group_id(1) * rows + index) * splits * stride;

    float largest = -INFINITY, sum = 0.0f;
    int met_odd = 0;
    for (int n = 0; n < splits; n++) largest = fmax(largest, parts[n * stride]);
    const float shift = largest == -INFINITY ? 0.0f : largest;
    for (int n = 0; n < splits; n++) {
        sum += parts[n * stride + 1] * power_of_2(parts[n * stride] - shift);
        met_odd |= parts[n * stride + 2] != 0.0f;
    }
    const row_end end = end_row(p, sinks, h, largest, sum);
    met_odd |= !isfinite(end.sum);

    if (item == 0) odd = 0;
    barrier(CLK_LOCAL_MEM_FENCE);
    // Rows beyond a ragged sequence belong to the next one.
    const int stored = i < seq.q_len || !(p.flags & RAGGED);
    const float gate = (p.flags & HAS_GATE) ? head_gate[h] : 1.0f;
    const size_t to = view_index(p.out, b, h, seq.q_row + i);
    for (int c = item; c < p.value_size; c += GROUP_ITEMS) {
        float value = 0.0f;
        for (int n = 0; n < splits; n++)
            value = fma(power_of_2(parts[n * stride] - shift), parts[n * stride + 4 + c], value);
        value *= end.factor;
        met_odd |= !isfinite(value);
        // A head gated off is gone, whatever it holds.
        if (stored) STORE(OUT, context, to + c, gate == 0.0f ? 0.0f : value * gate);
    }
    if (met_odd && stored) atomic_or(&odd, 1);
    barrier(CLK_LOCAL_MEM_FENCE);
    if (item == 0) {
        const size_t row = (size_t)(b * p.q_heads + h) * p.q_len + i;
        flags[row] = odd;
        if (has_log_sum_exp) log_sum_exp[row] = end.log_sum_exp;
    }
}
