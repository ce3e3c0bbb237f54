// stream_products.cl: the two products of attention of a few rows, by keys where they lie.
// build CHUNK (multiple of 32) KEY
// include cpu/vectors.cl

#define FAR (8192 / (int)sizeof(TYPE(KEY)))  // elements ahead that are fetched into the second-level cache

// The sums of the elements of each of 16 vectors.
inline float16 sums_of_16(const float16 *x)
{
    float16 a[8];
#pragma unroll
    for (int i = 0; i < 8; i++)
        a[i] = (float16)(x[2 * i].even, x[2 * i + 1].even) + (float16)(x[2 * i].odd, x[2 * i + 1].odd);
#pragma unroll
    for (int i = 0; i < 4; i++)
        a[i] = (float16)(a[2 * i].even, a[2 * i + 1].even) + (float16)(a[2 * i].odd, a[2 * i + 1].odd);
#pragma unroll
    for (int i = 0; i < 2; i++)
        a[i] = (float16)(a[2 * i].even, a[2 * i + 1].even) + (float16)(a[2 * i].odd, a[2 * i + 1].odd);
    return (float16)(a[0].even, a[1].even) + (float16)(a[0].odd, a[1].odd);
}

// Rows of q are read and kept 16 components at a time. Where fewer are left, the last 16 are, with zeros for those that have
// been before: a key may be multiplied with them as with any other.
inline int padded16(const int size) { return (size + 15) / 16 * 16; }

// s[0 .. 16): the products of a row q with the 16 keys at `at`.
inline void scores_of_one(float *s, const float *q, __global const TYPE(KEY) *k, const size_t *at, const int size)
{
    float16 sum[16];
#pragma unroll
    for (int i = 0; i < 16; i++) sum[i] = 0.0f;
    for (int c = 0; c < size; c += 16) {
        const float16 a = vload16(0, q + c);
        const int from = min(c, size - 16);
#pragma unroll
        for (int i = 0; i < 16; i++) {
            PREFETCH_FAR(k + at[i] + from + FAR);
            sum[i] = fma(a, LOAD16_AT(KEY, k, at[i] + from), sum[i]);
        }
    }
    put16(sums_of_16(sum), 0, s);
}

// The same for rows r0 to r0 + 3 of q [rows][padded16(size)] and s [rows][CHUNK]; those beyond the last repeat it. Four keys at a time, so
// that a key is loaded and converted once for four rows.
inline void scores_of_four(float *s, const int r0, const int rows, const float *q, __global const TYPE(KEY) *k,
                           const size_t *at, const int size)
{
    for (int n = 0; n < 16; n += 4) {
        float16 sum[16];
#pragma unroll
        for (int i = 0; i < 16; i++) sum[i] = 0.0f;
        for (int c = 0; c < size; c += 16) {
            const int from = min(c, size - 16);
#pragma unroll
            for (int i = 0; i < 4; i++) {
                PREFETCH_FAR(k + at[n + i] + from + FAR);
                const float16 key = LOAD16_AT(KEY, k, at[n + i] + from);
#pragma unroll
                for (int r = 0; r < 4; r++)
                    sum[4 * r + i] =
                        fma(vload16(0, q + min(r0 + r, rows - 1) * padded16(size) + c), key, sum[4 * r + i]);
            }
        }
        const float16 sums = sums_of_16(sum);
        vstore4(sums.lo.lo, 0, s + r0 * CHUNK + n);
        vstore4(sums.lo.hi, 0, s + min(r0 + 1, rows - 1) * CHUNK + n);
        vstore4(sums.hi.lo, 0, s + min(r0 + 2, rows - 1) * CHUNK + n);
        vstore4(sums.hi.hi, 0, s + min(r0 + 3, rows - 1) * CHUNK + n);
    }
}

// part = weights * V for a single row.
inline void values_of_one(__global float *part, const float *weights, __global const TYPE(KEY) *v, const size_t *place,
                          const int keys, const int size)
{
    for (int c = 0; c < size; c += 64) {
        // Where fewer than 16 components are left, the last 16 are computed again.
        int at[4];
        float16 sum[4];
#pragma unroll
        for (int i = 0; i < 4; i++) {
            at[i] = min(c + 16 * i, size - 16);
            sum[i] = 0.0f;
        }
        for (int n = 0; n < keys; n++) {
            const float16 w = (float16)weights[n];
#pragma unroll
            for (int i = 0; i < 4; i++) {
                PREFETCH_FAR(v + place[n] + at[i] + FAR);
                sum[i] = fma(w, LOAD16_AT(KEY, v, place[n] + at[i]), sum[i]);
            }
        }
#pragma unroll
        for (int i = 0; i < 4; i++) put16_global(sum[i], part + at[i]);
    }
}

// part[r] = weights[r] * V for rows r0 to r0 + 3; those beyond the last repeat it.
inline void values_of_four(__global float *part, const int r0, const int rows, const float *weights,
                           __global const TYPE(KEY) *v, const size_t *place, const int keys, const int size)
{
    for (int c = 0; c < size; c += 32) {
        const int first = min(c, size - 16), second = min(c + 16, size - 16);
        float16 low[4], high[4];
#pragma unroll
        for (int r = 0; r < 4; r++) low[r] = high[r] = 0.0f;
        for (int n = 0; n < keys; n++) {
            PREFETCH_FAR(v + place[n] + first + FAR);
            PREFETCH_FAR(v + place[n] + second + FAR);
            const float16 v_low = LOAD16_AT(KEY, v, place[n] + first), v_high = LOAD16_AT(KEY, v, place[n] + second);
#pragma unroll
            for (int r = 0; r < 4; r++) {
                const float16 w = (float16)weights[min(r0 + r, rows - 1) * CHUNK + n];
                low[r] = fma(w, v_low, low[r]);
                high[r] = fma(w, v_high, high[r]);
            }
        }
#pragma unroll
        for (int r = 0; r < 4; r++) {
            if (r0 + r >= rows) break;
            put16_global(low[r], part + (r0 + r) * (size + 2) + first);
            put16_global(high[r], part + (r0 + r) * (size + 2) + second);
        }
    }
}

// part = weights * V for all rows.
inline void add_values(__global float *part, const int rows, const float *s, __global const TYPE(KEY) *v, const size_t *place,
                       const int keys, const int size)
{
    if (rows == 1)
        values_of_one(part, s, v, place, keys, size);
    else
        for (int r = 0; r < rows; r += 4) values_of_four(part, r, rows, s, v, place, keys, size);
}
