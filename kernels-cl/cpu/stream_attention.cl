// stream_attention.cl: attention of a few query rows to many keys, as in decoding: reads keys and values once, where they
// lie, at the speed of memory. One work-item: all rows of one key-value head, CHUNK keys.
// in  q, k, v by their views; sequences, block table, mask, bias, alibi_slopes as flagged; head_size and value_size are at
//     least 16, and multiples of it in a q8_0 cache
// out parts [B*Hkv][chunks][rows][value_size + 2] f32: weights * V, the largest score and the sum of weights
// build CHUNK (multiple of 32) MAX_ROWS MAX_SIZE (of heads) KEY     launch {chunks, B * Hkv} single work-items
// include cpu/finish_scores.cl

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

__kernel __attribute__((reqd_work_group_size(1, 1, 1)))
void stream_attention(__global const void *q, const int q_type, __global const TYPE(KEY) *k, __global const TYPE(KEY) *v,
                      __global const int *table, __global const int *sequences, __global const uchar *mask,
                      __global const void *bias, const int bias_type, __global const float *alibi_slopes,
                      __global float *parts, const attention_params p)
{
    const int chunk = (int)get_group_id(0), head_index = (int)get_group_id(1);
    const int b = head_index / p.kv_heads, kv_head = head_index % p.kv_heads;
    const int rows = p.q_heads / p.kv_heads * p.q_len;
    const sequence_t seq = sequence_of(p, sequences, b);
    __global float *part = parts + ((size_t)head_index * get_num_groups(0) + chunk) * rows * (p.value_size + 2);

    row_t row[MAX_ROWS];
    float q_tile[MAX_ROWS * MAX_SIZE], s_tile[MAX_ROWS * CHUNK];
    const float factor = query_factor(&p);
    int first = p.kv_len, end = 0;
    for (int r = 0; r < rows; r++) {
        row[r] = row_of(&p, seq, kv_head, r);
        if (row[r].first < row[r].end) {
            first = min(first, row[r].first);
            end = max(end, row[r].end);
        }
        const int there = row[r].i < seq.q_len;
        const size_t from = view_index(p.q, b, row[r].h, seq.q_row + (there ? row[r].i : 0));
        for (int c = 0; c < p.head_size; c += 16) {
            const int at = min(c, p.head_size - 16);
            float16 values = 0.0f;
            if (there) values = LANES >= c - at ? load16_any(q, q_type, from + at) * factor : values;
            put16(values, 0, q_tile + r * padded16(p.head_size) + c);
        }
    }
    const int j0 = max(chunk * CHUNK, first), j_end = min((chunk + 1) * CHUNK, end);
    const int keys = max(0, j_end - j0), padded = (keys + 31) / 32 * 32;

    // Where the values of these keys begin.
    size_t place[CHUNK];
    for (int n = 0; n < padded; n += 16) {
        size_t at[16];
        for (int i = 0; i < 16; i++) {
            const int j = seq.k_row + j0 + min(n + i, keys - 1);
            at[i] = row_index(p.k, p.key_rows, table, b, kv_head, j);
            place[n + i] = row_index(p.v, p.key_rows, table, b, kv_head, j);
        }
        if (rows == 1)
            scores_of_one(s_tile + n, q_tile, k, at, p.head_size);
        else
            for (int r = 0; r < rows; r += 4) scores_of_four(s_tile + n, r, rows, q_tile, k, at, p.head_size);
    }

    const int finish = needs_finish(&p);
    for (int r = 0; r < rows; r++) {
        float *s = s_tile + r * CHUNK;
        float largest = -INFINITY;
        float16 sums = 0.0f;
        if (finish) finish_scores(s, padded, j0, &p, seq, row[r], b, mask, bias, bias_type, alibi_slopes);
        // What fills the last vector beyond this chunk's keys is another chunk's, or nobody's.
        row_t here = row[r];
        here.end = min(here.end, j_end);
        if (j0 < here.first || j0 + padded > here.end) mask_edges(s, padded, j0, here);
        const float correction = raise_largest(s, padded, &largest);
        soften(s, padded, largest, correction, &sums);
        part[r * (p.value_size + 2) + p.value_size] = largest;
        part[r * (p.value_size + 2) + p.value_size + 1] = sum_of(sums);
    }
    if (rows == 1)
        values_of_one(part, s_tile, v, place, keys, p.value_size);
    else
        for (int r = 0; r < rows; r += 4) values_of_four(part, r, rows, s_tile, v, place, keys, p.value_size);
}
