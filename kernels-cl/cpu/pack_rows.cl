// pack_rows.cl: rows as packed_product reads them: blocks of ROWS rows, [ceil(rows/ROWS)][inner][ROWS] in f32; rows beyond
// the last repeat it.
// in  x [rows, inner] of type x_type
// build ROWS     launch {blocks, ceil(inner/256)} single work-items
// include cpu/vectors.cl

__kernel __attribute__((reqd_work_group_size(1, 1, 1)))
void pack_rows(__global const void *x, const int x_type, __global float *packed, const int rows, const int inner)
{
    const int row0 = (int)get_group_id(0) * ROWS;
    const int k_end = min(inner, ((int)get_group_id(1) + 1) * 256);
    // 16 inputs of every row at a time: whole cache lines are read and written.
    float part[ROWS * 16];
    for (int k = (int)get_group_id(1) * 256; k < k_end; k += 16) {
        const int count = min(16, k_end - k);
        for (int r = 0; r < ROWS; r++) {
            const size_t from = (size_t)min(row0 + r, rows - 1) * inner + k;
            if (count == 16) {
                put16(load16_any(x, x_type, from), r, part);
            } else {
                for (int i = 0; i < count; i++) part[r * 16 + i] = load_any(x, x_type, from + i);
            }
        }
        __global float *out = packed + (size_t)row0 * inner + (size_t)k * ROWS;
        for (int i = 0; i < count; i++)
            for (int r = 0; r < ROWS; r++) out[i * ROWS + r] = part[r * 16 + i];
    }
}
