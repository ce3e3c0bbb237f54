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

// o = o * correction + weights * V, for `count` listed keys: tile_values, less what it does for speed
inline void listed_values(float *o, const float *correction, const float *weights, __global const float *v, const int row,
                          const int *list, const int count, const int size)
{
    for (int c = 0; c < size; c += 32) {
        const int first = min(c, size - 16), second = min(c + 16, size - 16);
        float16 low[ROWS], high[ROWS];
#pragma unroll
        for (int r = 0; r < ROWS; r++) {
            low[r] = vload16(0, o + r * size + first) * correction[r];
            high[r] = vload16(0, o + r * size + second) * correction[r];
        }
        for (int m = 0; m < count; m++) {
            __global const float *v_row = v + (size_t)list[m] * row;
            const float16 v_low = vload16(0, v_row + first), v_high = vload16(0, v_row + second);
#pragma unroll
            for (int r = 0; r < ROWS; r++) {
                const float16 w = (float16)weights[r * KEYS + list[m]];
                low[r] = fma(w, v_low, low[r]);
                high[r] = fma(w, v_high, high[r]);
            }
        }
#pragma unroll
        for (int r = 0; r < ROWS; r++) {
            put_last(low[r], c - first, o + r * size + first);
            if (c + 16 < size) put_last(high[r], c + 16 - second, o + r * size + second);
        }
    }
}

// The same for keys j0 .. j0 + keys - 1, where one that is not finite counts for the rows alone that may see it.
inline void careful_values(float *o, const float *correction, const float *weights, __global const float *v, const int row,
                           const int j0, const int keys, const attention_params *p, const row_t *rows,
                           __global const uchar *mask, __global const void *bias, const int bias_type, const int b)
{
    const int size = p->value_size;
    int list[KEYS], finite = 0, odd = KEYS;  // finite ones from the front, others from the back
    for (int n = 0; n < keys; n++) list[value_has_odd(v + (size_t)n * row, size) ? --odd : finite++] = n;
    listed_values(o, correction, weights, v, row, list, finite, size);
    for (int m = odd; m < KEYS; m++) {
        const int n = list[m];
        for (int r = 0; r < ROWS; r++) {
            const float w = weights[r * KEYS + n];
            if (w == 0.0f && !attends(p, mask, bias, bias_type, b, rows[r], j0 + n)) continue;
            for (int c = 0; c < size; c++) o[r * size + c] = fma(w, v[(size_t)n * row + c], o[r * size + c]);
        }
    }
}

// o = o * correction + weights * V for keys j0 .. j0 + keys - 1. `before` has room for o.
inline void masked_values(float *o, float *before, const float *correction, const float *weights, __global const float *v,
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
