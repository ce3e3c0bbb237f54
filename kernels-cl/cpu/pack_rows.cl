// pack_rows.cl: rows as packed_product reads them: blocks of ROWS rows, [ceil(rows/ROWS)][inner][ROWS] in f32; rows beyond
// the last repeat it.
// build ROWS, ACT     launch {blocks, ceil(inner/256)} single work-items

__kernel __attribute__((reqd_work_group_size(1, 1, 1)))
void pack_rows(__global const TYPE(ACT) *x, __global float *packed, const int rows, const int inner)
{
    const int row0 = (int)get_group_id(0) * ROWS;
    const int k_end = min(inner, ((int)get_group_id(1) + 1) * 256);
    __global float *out = packed + (size_t)row0 * inner;
    int k = (int)get_group_id(1) * 256;
    for (; k + 16 <= k_end; k += 16) {
        for (int r = 0; r < ROWS; r++) {
            const size_t from = (size_t)min(row0 + r, rows - 1) * inner + k;
            for (int i = 0; i < 16; i++) out[(size_t)(k + i) * ROWS + r] = LOAD(ACT, x, from + i);
        }
    }
    for (; k < k_end; k++)
        for (int r = 0; r < ROWS; r++)
            out[(size_t)k * ROWS + r] = LOAD(ACT, x, (size_t)min(row0 + r, rows - 1) * inner + k);
}
