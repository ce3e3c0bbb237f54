// finish_scores.cl: what lies between Q * K^T and the softmax, for a row of a tile.
// include common/attention_params.cl cpu/vectors.cl cpu/exponential.cl

#define LANES ((int16)(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15))
#define LOG2_E 1.4426950408889634f
#define LN_2 0.6931471805599453f

// What scores are counted in: powers of 2 are faster; those that are stored are powers of e (build option NATURAL=1).
#if NATURAL
#define UNIT 1.0f
#else
#define UNIT LOG2_E
#endif

// A row of a tile: query head, query, and the keys that causal mask, window and length leave it.
typedef struct {
    int h, i, first, end;
} row_t;

// Row `index` of those that share a key-value head: all queries of its first query head, then those of the next. Rows
// beyond the last have no keys.
inline row_t row_of(const attention_params *p, const sequence_t seq, const int kv_head, const int index)
{
    const int group = p->q_heads / p->kv_heads;
    const int used = min(index, group * p->q_len - 1);
    row_t row;
    row.h = kv_head * group + used / p->q_len;
    row.i = used % p->q_len;
    const int position = seq.position + row.i;
    row.first = p->left >= 0 && position > p->left ? max(p->first_key, position - p->left) : p->first_key;
    row.end = seq.k_len;
    if (p->flags & CAUSAL) row.end = min(row.end, position + 1);
    if (p->right >= 0 && position < 0x7fffffff - p->right) row.end = min(row.end, position + p->right + 1);
    if (row.i >= seq.q_len || index >= group * p->q_len) row.end = row.first;
    row.end = max(row.end, row.first);
    return row;
}

// Row i of a query head.
inline row_t row_of_head(const attention_params *p, const sequence_t seq, const int h, const int i)
{
    const int group = p->q_heads / p->kv_heads;
    return row_of(p, seq, h / group, h % group * p->q_len + i);
}

// Whether key j passes all that a row is masked by.
inline int attends(const attention_params *p, __global const uchar *mask, __global const void *bias, const int bias_type,
                   const int b, const row_t row, const int j)
{
    if (j < row.first || j >= row.end) return 0;
    if (p->flags & HAS_MASK) {
        if (j >= p->mask_columns) return 0;
        if (!mask[(size_t)b * p->mask_batch + (size_t)row.h * p->mask_head + (size_t)row.i * p->mask_row + j]) return 0;
    }
    if (!(p->flags & HAS_BIAS)) return 1;
    if (j >= p->bias_columns) return 0;
    return load_any(bias, bias_type, (size_t)b * p->bias_batch + (size_t)row.h * p->bias_head + (size_t)row.i * p->bias_row + j)
        != -INFINITY;
}

// Whether one of the rows may not see one of the keys j0 .. j1 - 1.
inline int some_masked(const attention_params *p, const row_t *rows, const int count, const int j0, const int j1)
{
    int masked = p->flags & (HAS_MASK | HAS_BIAS);
    for (int r = 0; r < count; r++) masked |= j0 < rows[r].first || j1 > rows[r].end;
    return masked;
}

// Whether scores need more than a factor.
inline int needs_finish(const attention_params *p)
{
    return p->softcap > 0.0f || (p->flags & (HAS_MASK | HAS_BIAS | HAS_ALIBI));
}

// What queries are multiplied with when they are loaded: all that plain scores need to come out in their unit.
inline float query_factor(const attention_params *p)
{
    return needs_finish(p) ? 1.0f : p->scale * UNIT;
}

// s[0 .. count) for keys from j0 on: dot products become scores in their unit, -infinity where masked. count is a
// multiple of 16; keys outside of row.first .. row.end are masked by the caller.
inline void finish_scores(float *s, const int count, const int j0, const attention_params *p, const sequence_t seq,
                          const row_t row, const int b, __global const uchar *mask, __global const void *bias,
                          const int bias_type, __global const float *alibi_slopes)
{
    const float slope = (p->flags & HAS_ALIBI) ? alibi_slopes[row.h] : 0.0f;
    __global const uchar *mask_row = mask + (size_t)b * p->mask_batch + (size_t)row.h * p->mask_head + (size_t)row.i * p->mask_row;
    const size_t bias_row = (size_t)b * p->bias_batch + (size_t)row.h * p->bias_head + (size_t)row.i * p->bias_row;
    for (int n = 0; n < count; n += 16) {
        float16 x = vload16(0, s + n) * p->scale;
        if (p->softcap > 0.0f) x = p->softcap * tanh_vector(x / p->softcap);
        if (p->flags & HAS_ALIBI) x -= slope * fabs(convert_float16(seq.position + row.i - j0 - n - LANES));
        if (p->flags & HAS_BIAS) {
            float add[16];
            for (int e = 0; e < 16; e++) {
                const int j = j0 + n + e;
                add[e] = j < p->bias_columns ? load_any(bias, bias_type, bias_row + j) : -INFINITY;
            }
            // What is masked is masked, whatever the score was.
            const float16 added = vload16(0, add);
            x = added == -INFINITY ? added : x + added;
        }
        if (p->flags & HAS_MASK) {
            float keep[16];
            for (int e = 0; e < 16; e++) keep[e] = j0 + n + e < p->mask_columns && mask_row[j0 + n + e] ? 1.0f : 0.0f;
            x = vload16(0, keep) == 0.0f ? (float16)(-INFINITY) : x;
        }
        put16(x * UNIT, 0, s + n);
    }
}

// Masks the keys of s[0 .. count), from j0 on, that the row may not see.
inline void mask_edges(float *s, const int count, const int j0, const row_t row)
{
    for (int n = 0; n < count; n += 16) {
        const int16 j = j0 + n + LANES;
        put16((j < row.first || j >= row.end) ? (float16)(-INFINITY) : vload16(0, s + n), 0, s + n);
    }
}

// One step of the online softmax over a row s[0 .. count), in two parts, so that rows of a tile do not wait for each other.
// The first: the largest score so far. Returns what the results of earlier steps must be multiplied with.
inline float raise_largest(const float *s, const int count, float *largest)
{
    float16 most0 = -INFINITY, most1 = -INFINITY;
    for (int n = 0; n < count; n += 32) {
        const float16 x0 = vload16(0, s + n), x1 = vload16(1, s + n);
        most0 = x0 > most0 ? x0 : most0;
        most1 = x1 > most1 ? x1 : most1;
    }
    const float most = largest_of(most0 > most1 ? most0 : most1);
    const float before = *largest;
    *largest = most > before ? most : before;
    return before == -INFINITY ? 0.0f : exp2_scalar(before - *largest);
}

// The second: s becomes 2^(s - largest), so the weight of the largest is exactly 1. NaN makes the sums NaN.
inline void soften(float *s, const int count, const float largest, const float correction, float16 *sums)
{
    const float shift = largest == -INFINITY ? 0.0f : largest;
    float16 sums0 = 0.0f, sums1 = 0.0f;
    for (int n = 0; n < count; n += 32) {
        const float16 e0 = exp2_vector(vload16(0, s + n) - shift);
        const float16 e1 = exp2_vector(vload16(1, s + n) - shift);
        put16(e0, 0, s + n);
        put16(e1, 1, s + n);
        sums0 += e0;
        sums1 += e1;
    }
    *sums = fma(*sums, (float16)(correction), sums0 + sums1);
}
