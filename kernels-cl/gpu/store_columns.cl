// store_columns.cl: four neighbouring columns of one row of a projection, stored head by head.
// include common/projection.cl gpu/quads.cl

inline void store_column(__global TYPE(OUT) *out, const head_target t, const int b, const int s, const int c,
                         const float value)
{
    STORE(OUT, out, view_index(t.view, b, c / t.size, s) + (size_t)(c % t.size), value);
}

inline void store_columns(__global TYPE(OUT) *out0, __global TYPE(OUT) *out1, __global TYPE(OUT) *out2,
                          const projection_params p, const int row, const int column, const float4 values)
{
    if (row >= p.rows || column >= p.columns) return;
    const int b = row / p.length, s = row % p.length;
    const int end0 = p.target[0].columns, end1 = end0 + p.target[1].columns;
    if (WIDTH == 4) {  // heads are multiples of 4 wide, so the four columns share one
        const int which = column < end0 ? 0 : column < end1 ? 1 : 2;
        const head_target t = which == 0 ? p.target[0] : which == 1 ? p.target[1] : p.target[2];
        __global TYPE(OUT) *out = which == 0 ? out0 : which == 1 ? out1 : out2;
        const int c = column - (which == 0 ? 0 : which == 1 ? end0 : end1);
        STORE4(OUT, out, view_index(t.view, b, c / t.size, s) + (size_t)(c % t.size), values);
        return;
    }
    const float value[4] = {values.x, values.y, values.z, values.w};
    for (int i = 0; i < 4 && column + i < p.columns; i++) {
        const int at = column + i;
        if (at < end0) store_column(out0, p.target[0], b, s, at, value[i]);
        else if (at < end1) store_column(out1, p.target[1], b, s, at - end0, value[i]);
        else store_column(out2, p.target[2], b, s, at - end1, value[i]);
    }
}

// The bias of four columns.
inline float4 bias_of(__global const float *bias, const projection_params p, const int column)
{
    float4 b = (float4)(0.0f);
    if (p.has_bias && column < p.columns) b.x = bias[p.first_column + column];
    if (p.has_bias && column + 1 < p.columns) b.y = bias[p.first_column + column + 1];
    if (p.has_bias && column + 2 < p.columns) b.z = bias[p.first_column + column + 2];
    if (p.has_bias && column + 3 < p.columns) b.w = bias[p.first_column + column + 3];
    return b;
}
