// store_blocks.cl: as store_heads, into q8_0 blocks of 32: d = max|x| / 127, q = round(x / d).
// in  as store_heads; size and all rows of the target are multiples of 32
// out target by its view
// build SRC      launch {rows, H, B} items, one per head of a token
// edge  a block with NaN, infinity or what is too large for the scale's f16 reads as NaN
// include common/store.cl

// Component c of a row, after norm and rotation.
inline float stored(__global const TYPE(SRC) *source, const size_t from, __global const float *norm,
                    __global const float *cosines, __global const float *sines, const size_t angles, const float scale,
                    const int c, const store_params p)
{
    const int normed = p.flags & HAS_NORM;
    float x = LOAD(SRC, source, from + (size_t)c);
    if (normed) x *= scale * norm[c];
    if (!(p.flags & HAS_ROTARY) || c >= p.dim) return x;
    const int half_dim = p.dim / 2, interleaved = p.flags & INTERLEAVED;
    const int second = interleaved ? c & 1 : c >= half_dim;
    const int other = interleaved ? c ^ 1 : second ? c - half_dim : c + half_dim;
    const size_t pair = angles + (size_t)(interleaved ? c / 2 : second ? other : c);
    float y = LOAD(SRC, source, from + (size_t)other);
    if (normed) y *= scale * norm[other];
    return second ? x * cosines[pair] + y * sines[pair] : x * cosines[pair] - y * sines[pair];
}

__kernel void store_blocks(__global const TYPE(SRC) *source, __global uchar *target,
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
    const int token = b * p.angle_batch + i;
    const int angle = (p.flags & HAS_POSITIONS) ? positions[token + first_source] : p.first_angle + token;
    const size_t angles = (size_t)angle * (p.dim / 2);
    for (int c0 = 0; c0 < p.size; c0 += 32) {
        float value[32];
        float largest = 0.0f;
        int held = 1;
        for (int c = 0; c < 32; c++) {
            value[c] = stored(source, from, norm, cosines, sines, angles, scale, c0 + c, p);
            largest = fmax(largest, fabs(value[c]));
            held &= isfinite(value[c]);
        }
        const float d = largest / 127.0f;
        held &= d <= 65504.0f;
        // Below half the smallest f16 the scale becomes zero, and so do the quanta.
        const float inverse = held && d > 0x1p-25f ? 1.0f / d : 0.0f;
        __global uchar *block = target + (to + (size_t)c0) / 32 * 34;
        vstore_half_rte(held ? d : NAN, 0, (__global half *)block);
        for (int c = 0; c < 32; c++)
            block[2 + c] = held ? as_uchar(convert_char_sat(round(value[c] * inverse))) : 1;
    }
}
