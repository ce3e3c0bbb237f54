// tile_products.cl: the two products of attention by tiles.
// build ROWS KEYS MAX_SIZE (of heads)
// include cpu/finish_scores.cl

#define AHEAD 16  // rows of a panel, or of values

// A row of q times a factor; zeros if there is none.
inline void load_query(float *row, __global const void *q, const int q_type, const size_t from, const int there,
                       const int size, const float factor)
{
    int c = 0;
    for (; c + 16 <= size; c += 16)
        put16(there ? load16_any(q, q_type, from + c) * factor : (float16)(0.0f), 0, row + c);
    for (; c < size; c++) row[c] = there ? load_any(q, q_type, from + c) * factor : 0.0f;
}

// The keys that one of the rows may see.
inline int2 keys_of(const row_t *rows, const int count, const int kv_len)
{
    int2 keys = (int2)(kv_len, 0);
    for (int r = 0; r < count; r++) {
        if (rows[r].first < rows[r].end) {
            keys.x = min(keys.x, rows[r].first);
            keys.y = max(keys.y, rows[r].end);
        }
    }
    return keys;
}

// scores[ROWS][KEYS] = q_tile [ROWS][MAX_SIZE] * K^T for `panels` panels of 32 keys
inline void tile_scores(const float *q_tile, __global const float *k, const int panels, const int size, float *scores)
{
    for (int panel = 0; panel < panels; panel++) {
        float16 low[ROWS], high[ROWS];
#pragma unroll
        for (int r = 0; r < ROWS; r++) low[r] = high[r] = 0.0f;
        for (int c = 0; c < size; c++) {
            const float16 k_low = vload16(0, k), k_high = vload16(1, k);
            PREFETCH(k + 32 * AHEAD);
            PREFETCH(k + 32 * AHEAD + 16);
#pragma unroll
            for (int r = 0; r < ROWS; r++) {
                const float16 a = (float16)q_tile[r * MAX_SIZE + c];
                low[r] = fma(a, k_low, low[r]);
                high[r] = fma(a, k_high, high[r]);
            }
            k += 32;
        }
#pragma unroll
        for (int r = 0; r < ROWS; r++) {
            put16(low[r], 2 * panel, scores + r * KEYS);
            put16(high[r], 2 * panel + 1, scores + r * KEYS);
        }
    }
}

// Stores 16 components but the first `known`.
inline void put_last(const float16 values, const int known, float *p)
{
    put16(known == 0 ? values : LANES < known ? vload16(0, p) : values, 0, p);
}

// o = o * correction + weights * V, for `keys` rows of values; size is at least 16
inline void tile_values(float *o, const float *correction, const float *weights, __global const float *v, const int row,
                        const int keys, const int size)
{
    for (int c = 0; c < size; c += 32) {
        // Where fewer than 16 components are left, the last 16 are computed, and those that are new stored.
        const int first = min(c, size - 16), second = min(c + 16, size - 16);
        float16 low[ROWS], high[ROWS];
#pragma unroll
        for (int r = 0; r < ROWS; r++) {
            low[r] = vload16(0, o + r * size + first) * correction[r];
            high[r] = vload16(0, o + r * size + second) * correction[r];
        }
        __global const float *v_row = v + first;
        for (int n = 0; n < keys; n++) {
            const float16 v_low = vload16(0, v_row), v_high = vload16(0, v_row + (second - first));
            PREFETCH(v_row + (size_t)AHEAD * row);
            PREFETCH(v_row + (size_t)AHEAD * row + 16);
#pragma unroll
            for (int r = 0; r < ROWS; r++) {
                const float16 w = (float16)weights[r * KEYS + n];
                low[r] = fma(w, v_low, low[r]);
                high[r] = fma(w, v_high, high[r]);
            }
            v_row += row;
        }
#pragma unroll
        for (int r = 0; r < ROWS; r++) {
            put_last(low[r], c - first, o + r * size + first);
            if (c + 16 < size) put_last(high[r], c + 16 - second, o + r * size + second);
        }
    }
}
