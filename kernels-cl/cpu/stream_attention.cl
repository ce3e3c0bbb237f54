// stream_attention.cl: attention of a few query rows to many keys, as in decoding: reads keys and values once, where they
// lie, at the speed of memory. One work-item: all rows of one key-value head, CHUNK keys.
// in  q, k, v by their views; sequences, block table, mask, bias, alibi_slopes as flagged; head_size and value_size are at
//     least 16, and multiples of it in a q8_0 cache
// out parts [B*Hkv][chunks][rows][value_size + 2] f32: weights * V, the largest score and the sum of weights
// build CHUNK (multiple of 32) MAX_ROWS MAX_SIZE (of heads) KEY     launch {chunks, B * Hkv} single work-items
// include cpu/finish_scores.cl cpu/stream_products.cl

// Whether a row of values has an element that is not finite: 0 * x is 0 for every finite x, and NaN for all others.
inline int value_has_odd(__global const TYPE(KEY) *v, const size_t place, const int size)
{
    float16 odd = 0.0f;
    for (int c = 0; c < size; c += 16) odd += 0.0f * LOAD16_AT(KEY, v, place + min(c, size - 16));
    return sum_of(odd) != 0.0f;
}

// The same of a row of a part.
inline int part_has_odd(__global const float *part, const int size)
{
    float16 odd = 0.0f;
    for (int c = 0; c < size; c += 16) odd += 0.0f * vload16(0, part + min(c, size - 16));
    return sum_of(odd) != 0.0f;
}

// Brings keys whose values are not finite behind all others, with their places and weights; returns how many others there
// are. index: which key of the chunk each has been.
inline int sort_out(float *s, size_t *place, uchar *index, const int rows, __global const TYPE(KEY) *v, const int keys,
                    const int size)
{
    for (int n = 0; n < keys; n++) index[n] = (uchar)n;
    int count = keys;
    for (int n = 0; n < count; ) {
        if (!value_has_odd(v, place[n], size)) {
            n++;
            continue;
        }
        count--;
        const size_t odd_place = place[n];
        const uchar odd_index = index[n];
        place[n] = place[count];
        index[n] = index[count];
        place[count] = odd_place;
        index[count] = odd_index;
        for (int r = 0; r < rows; r++) {
            const float weight = s[r * CHUNK + n];
            s[r * CHUNK + n] = s[r * CHUNK + count];
            s[r * CHUNK + count] = weight;
        }
    }
    return count;
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
    add_values(part, rows, s_tile, v, place, keys, p.value_size);
    if (!some_masked(&p, row, rows, j0, j0 + keys) || !part_has_odd(part, p.value_size)) return;

    // 0 * NaN: what is not finite counts for the rows alone that may see it.
    uchar index[CHUNK];
    const int finite = sort_out(s_tile, place, index, rows, v, keys, p.value_size);
    add_values(part, rows, s_tile, v, place, finite, p.value_size);
    for (int n = finite; n < keys; n++)
        for (int r = 0; r < rows; r++) {
            const float w = s_tile[r * CHUNK + n];
            if (w == 0.0f && !attends(&p, mask, bias, bias_type, b, row[r], j0 + index[n])) continue;
            __global float *to = part + r * (p.value_size + 2);
            for (int c = 0; c < p.value_size; c++) to[c] = fma(w, LOAD(KEY, v, place[n] + c), to[c]);
        }
}
