// store_columns.cl: neighbouring columns of some rows of a projection, stored head by head.
// build COLUMNS of a work-item, a multiple of 32
// include common/projection.cl cpu/vectors.cl

inline void store_column(__global void *out, const int type, const head_target t, const int b, const int s, const int c,
                         const float value)
{
    store_any(out, type, view_index(t.view, b, c / t.size, s) + (size_t)(c % t.size), value);
}

// the first 32 columns of a tile [rows][COLUMNS]: columns from `column` on
inline void store_columns(__global void *out0, __global void *out1, __global void *out2, const int type,
                          const projection_params p, const int row0, const int rows, const int column, const float *tile)
{
    const int end0 = p.target[0].columns, end1 = end0 + p.target[1].columns;
    const int which = column < end0 ? 0 : column < end1 ? 1 : 2;
    const int first = which == 0 ? 0 : which == 1 ? end0 : end1;
    const head_target t = which == 0 ? p.target[0] : which == 1 ? p.target[1] : p.target[2];
    __global void *out = which == 0 ? out0 : which == 1 ? out1 : out2;
    const int c = column - first, head = c / t.size, within = c % t.size;
    const int whole = c + 32 <= t.columns && within + 32 <= t.size;
    int b = row0 / p.length, s = row0 % p.length;
    for (int r = 0; r < rows; r++) {
        const float *values = tile + r * COLUMNS;
        if (whole) {
            const size_t to = view_index(t.view, b, head, s) + (size_t)within;
            store16_any(out, type, to, vload16(0, values));
            store16_any(out, type, to + 16, vload16(1, values));
        } else {
            for (int i = 0; i < 32 && column + i < p.columns; i++) {
                const int at = column + i;
                if (at < end0) store_column(out0, type, p.target[0], b, s, at, values[i]);
                else if (at < end1) store_column(out1, type, p.target[1], b, s, at - end0, values[i]);
                else store_column(out2, type, p.target[2], b, s, at - end1, values[i]);
            }
        }
        if (++s == p.length) {
            s = 0;
            b++;
        }
    }
}

// tile [rows][COLUMNS], columns from `column` on
inline void store_tile(__global void *out0, __global void *out1, __global void *out2, const int type,
                       const projection_params p, const int row0, const int rows, const int column, const float *tile)
{
    for (int n = 0; n < COLUMNS; n += 32)
        store_columns(out0, out1, out2, type, p, row0, rows, column + n, tile + n);
}
