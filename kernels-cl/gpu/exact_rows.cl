// exact_rows.cl: makes the rows again that flash_attention has flagged; see exact_row.
// in  flags [B*Hq, S]; the rest as flash_attention     out context and log_sum_exp of the flagged rows
// build GROUP_ITEMS (a power of two), QRY, KEY, BIAS, OUT     launch {ceil(B * Hq * S / GROUP_ITEMS)} groups

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
