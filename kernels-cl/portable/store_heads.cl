// store_heads.cl: takes heads from one view to another: changes layout or type, appends to a cache or reads one; on the
// way, optionally, an RMS norm over each head and the rotary embedding.
// in  source [B, H, rows, size] by its view; starts [3B] as flagged: per sequence its first source row, its rows, and its
//     first target position
//     norm [size]: y = x / sqrt(mean(x^2) + eps) * norm
//     cosines, sines [table_rows, dim/2]; the table's row of a token comes from positions, or counts from first_angle on
// out target by its view; may be the source if layouts and types agree
// build SRC, DST      launch {rows, H, B} items, one per head of a token
// include common/store.cl

__kernel void store_heads(__global const TYPE(SRC) *source, __global TYPE(DST) *target,
                          __global const int *source_table, __global const int *target_table,
                          __global const int *starts, __global const float *norm, __global const float *cosines,
                          __global const float *sines, __global const int *positions, const store_params p)
{
    const int i = (int)get_global_id(0), h = (int)get_global_id(1), b = (int)get_global_id(2);
    const int starts_given = p.flags & HAS_STARTS;
    const int first_source = starts_given ? starts[3 * b] : p.first_source;
    const int first = starts_given ? starts[3 * b + 2] : p.first_target;
    if (starts_given && i >= starts[3 * b + 1]) return;
    const size_t from = row_index(p.source, p.source_rows, source_table, b, h, first_source + i);
    const size_t to = row_index(p.target, p.target_rows, target_table, b, h, first + i);

    const float scale = row_scale(source, from, p);
    const int rotated = (p.flags & HAS_ROTARY) ? p.dim : 0;
    const int half_dim = rotated / 2;
    const int token = b * p.angle_batch + i;
    const int angle = (p.flags & HAS_POSITIONS) ? positions[token + first_source] : p.first_angle + token;
    for (int r = 0; r < half_dim; r++) {
        const size_t c0 = (p.flags & INTERLEAVED) ? 2 * r : r;
        const size_t c1 = (p.flags & INTERLEAVED) ? 2 * r + 1 : r + half_dim;
        float x0 = LOAD(SRC, source, from + c0) * scale;
        float x1 = LOAD(SRC, source, from + c1) * scale;
        if (p.flags & HAS_NORM) {
            x0 *= norm[c0];
            x1 *= norm[c1];
        }
        const float cosine = cosines[(size_t)angle * half_dim + r], sine = sines[(size_t)angle * half_dim + r];
        STORE(DST, target, to + c0, x0 * cosine - x1 * sine);
        STORE(DST, target, to + c1, x1 * cosine + x0 * sine);
    }
    for (int c = rotated; c < p.size; c++) {
        const float x = LOAD(SRC, source, from + (size_t)c);
        STORE(DST, target, to + (size_t)c, (p.flags & HAS_NORM) ? x * scale * norm[c] : x);
    }
}
