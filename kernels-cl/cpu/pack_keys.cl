// pack_keys.cl: keys as flash_attention reads them: panels of 32, [B*Hkv][ceil(T/32)][d][32] in f32; zeros beyond the last.
// in  k by its view; sequences, block table as flagged
// build KEY     launch {panels, B * Hkv} single work-items
// include common/attention_params.cl cpu/vectors.cl

__kernel __attribute__((reqd_work_group_size(1, 1, 1)))
void pack_keys(__global const TYPE(KEY) *k, __global const int *sequences, __global const int *table,
               __global float *packed, const attention_params p)
{
    const int panel = (int)get_group_id(0), head_index = (int)get_group_id(1);
    const int b = head_index / p.kv_heads, h = head_index % p.kv_heads;
    const sequence_t seq = sequence_of(p, sequences, b);
    const int panels = (p.kv_len + 31) / 32;
    __global float *out = packed + ((size_t)head_index * panels + panel) * p.head_size * 32;
    const int keys = min(32, seq.k_len - panel * 32);
    size_t from[32];
    for (int n = 0; n < keys; n++) from[n] = row_index(p.k, p.key_rows, table, b, h, seq.k_row + panel * 32 + n);
    // 16 components of every key at a time: whole cache lines are read and written.
    float part[32 * 16];
    for (int e = 0; e < 32 * 16; e += 16) put16((float16)(0.0f), 0, part + e);
    for (int c = 0; c < p.head_size; c += 16) {
        const int count = min(16, p.head_size - c);
        for (int n = 0; n < keys; n++) {
            if (count == 16) {
                put16(LOAD16_AT(KEY, k, from[n] + c), n, part);
            } else {
                for (int e = 0; e < count; e++) part[n * 16 + e] = LOAD(KEY, k, from[n] + c + e);
            }
        }
        for (int e = 0; e < count; e++)
            for (int n = 0; n < 32; n++) out[(c + e) * 32 + n] = part[n * 16 + e];
    }
}
