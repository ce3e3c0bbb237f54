// store_columns.cl: 16 neighbouring columns of one row of a projection, stored head by head.

inline void store_column(__global TYPE(OUT) *out, const head_target t, const int b, const int s, const int c,
                         const float value)
{
    STORE(OUT, out, view_index(t.view, b, c / t.size, s) + (size_t)(c % t.size), value);
}

inline void store_columns(__global TYPE(OUT) *out0, __global TYPE(OUT) *out1, __global TYPE(OUT) *out2,
                          const projection_params p, const int row, const int column, const float16 values)
{
    if (column >= p.columns) return;
    const int b = row / p.length, s = row % p.length;
    const int end0 = p.target[0].columns, end1 = end0 + p.target[1].columns;
    const int which = column < end0 ? 0 : column < end1 ? 1 : 2;
    const int first = which == 0 ? 0 : which == 1 ? end0 : end1;
    const head_target t = which == 0 ? p.target[0] : which == 1 ? p.target[1] : p.target[2];
    __global TYPE(OUT) *out = which == 0 ? out0 : which == 1 ? out1 : out2;
    const int c = column - first;
    if (c + 16 <= t.columns && c % t.size + 16 <= t.size) {
        STORE16(OUT, out, view_index(t.view, b, c / t.size, s) + (size_t)(c % t.size), values);
        return;
    }
    float value[16];
    vstore16(values, 0, value);
    for (int i = 0; i < 16 && column + i < p.columns; i++) {
        const int at = column + i;
        if (at < end0) store_column(out0, p.target[0], b, s, at, value[i]);
        else if (at < end1) store_column(out1, p.target[1], b, s, at - end0, value[i]);
        else store_column(out2, p.target[2], b, s, at - end1, value[i]);
    }
}
