// pack_keys.cl: keys as flash_attention reads them: panels of 32, [B*Hkv][ceil(T/32)][d][32] in f32; zeros beyond the last.
// in  k by its view; sequences, block table as flagged
// build KEY     launch {panels, B * Hkv} single work-items

__kernel __attribute__((reqd_work_group_size(1, 1, 1)))
void pack_keys(__global const TYPE(KEY) *k, __global const int *sequences, __global const int *table,
               __global float *packed, const attention_params p)
{
    const int panel = (int)get_group_id(0), head_index = (int)get_group_id(1);
    const int b = head_index / p.kv_heads, h = head_index % p.kv_heads;
    const sequence_t seq = sequence_of(p, sequences, b);
    const int panels = (p.kv_len + 31) / 32;
    __global float *out = packed + ((size_t)head_index * panels + panel) * p.head_size * 32;
    for (int n = 0; n < 32; n++) {
        const int j = panel * 32 + n;
        if (j < seq.k_len) {
            const size_t from = row_index(p.k, p.key_rows, table, b, h, seq.k_row + j);
            for (int c = 0; c < p.head_size; c++) out[c * 32 + n] = LOAD(KEY, k, from + (size_t)c);
        } else {
            for (int c = 0; c < p.head_size; c++) out[c * 32 + n] = 0.0f;
        }
    }
}
