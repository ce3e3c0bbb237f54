// masked_values.cl: weights * V by tiles where rows may not see all keys: 0 * NaN is NaN, so what V holds at a masked key would
// reach the context.
// build ROWS KEYS MAX_SIZE (of heads)
// include cpu/finish_scores.cl cpu/tile_products.cl

// Whether one of at least 16 elements is not finite: 0 * x is 0 for every finite x, and NaN for all others.
#define DEFINE_HAS_ODD(NAME, SPACE)                                                    \
    inline int NAME(SPACE const float *x, const int size)                              \
    {                                                                                  \
        float16 odd = 0.0f;                                                            \
        for (int c = 0; c < size; c += 16) odd += 0.0f * vload16(0, x + min(c, size - 16)); \
        return sum_of(odd) != 0.0f;                                                    \
    }
DEFINE_HAS_ODD(row_has_odd, __private)
DEFINE_HAS_ODD(value_has_odd, __global)

// o = o * correction + weights * V, where a key of V that is not finite counts for the rows alone that may see it. The others
// go by tiles, run by run.
inline void careful_values(float *o, float *correction, const float *weights, __global const float *v, const int row,
                           const int j0, const int keys, const attention_params *p, const row_t *rows,
                           __global const uchar *mask, __global const void *bias, const int bias_type, const int b)
{
    const int size = p->value_size;
    int from = 0;
    for (int n = 0; n <= keys; n++) {
        if (n < keys && !value_has_odd(v + (size_t)n * row, size)) continue;
        if (n > from || from == 0) tile_values(o, correction, weights + from, v + (size_t)from * row, row, n - from, size);
        for (int r = 0; r < ROWS; r++) {
            correction[r] = 1.0f;
            if (n == keys) continue;
            const float w = weights[r * KEYS + n];
            if (w == 0.0f && !attends(p, mask, bias, bias_type, b, rows[r], j0 + n)) continue;
            for (int c = 0; c < size; c++) o[r * size + c] = fma(w, v[(size_t)n * row + c], o[r * size + c]);
        }
        from = n + 1;
    }
}

// o = o * correction + weights * V for keys j0 .. j0 + keys - 1. `before` has room for o.
inline void masked_values(float *o, float *before, float *correction, const float *weights, __global const float *v,
                          const int row, const int j0, const int keys, const attention_params *p, const row_t *rows,
                          __global const uchar *mask, __global const void *bias, const int bias_type, const int b)
{
    const int size = p->value_size;
    const int masked = some_masked(p, rows, ROWS, j0, j0 + keys);
    for (int e = 0; masked && e < ROWS * size; e += 16) put16(vload16(0, o + e), 0, before + e);
    tile_values(o, correction, weights, v, row, keys, size);
    // A key that is not finite shows in every row, the first included.
    if (!masked || !row_has_odd(o, size)) return;
    for (int e = 0; e < ROWS * size; e += 16) put16(vload16(0, before + e), 0, o + e);
    careful_values(o, correction, weights, v, row, j0, keys, p, rows, mask, bias, bias_type, b);
}
