// masks.cl: which keys a query may see. All masks intersect.

inline int query_position(const attention_params p, __global const int *lengths, const int b, const int i)
{
    const int first = (p.flags & POSITION_BY_LENGTHS) ? lengths[b] - p.q_len : p.position;
    return first + i;
}

// The additive mask at (b, h, i, j); -INFINITY where its rows are too short.
inline float bias_at(const attention_params p, __global const float *bias, const int b, const int h, const int i,
                     const int j)
{
    if (j >= p.bias_columns) return -INFINITY;
    return bias[(size_t)b * p.bias_batch + (size_t)h * p.bias_head + (size_t)i * p.bias_row + j];
}

inline int attended(const attention_params p, __global const int *lengths, __global const uchar *mask,
                    __global const float *bias, const int b, const int h, const int i, const int j)
{
    const int position = query_position(p, lengths, b, i);
    if (j >= p.kv_len) return 0;
    if ((p.flags & CAUSAL) && j > position) return 0;
    if (p.left >= 0 && j < position - p.left) return 0;
    if (p.right >= 0 && j > position + p.right) return 0;
    if ((p.flags & HAS_LENGTHS) && j >= lengths[b]) return 0;
    if (p.flags & HAS_MASK) {
        if (j >= p.mask_columns) return 0;
        if (!mask[(size_t)b * p.mask_batch + (size_t)h * p.mask_head + (size_t)i * p.mask_row + j]) return 0;
    }
    if ((p.flags & HAS_BIAS) && bias_at(p, bias, b, h, i, j) == -INFINITY) return 0;
    return 1;
}
