// masks.cl: which keys a query may see. All masks intersect.
// include common/attention_params.cl

// The additive mask at (b, h, i, j); -INFINITY where its rows are too short.
inline float bias_at(const attention_params p, __global const TYPE(BIAS) *bias, const int b, const int h, const int i,
                     const int j)
{
    if (j >= p.bias_columns) return -INFINITY;
    return LOAD(BIAS, bias, (size_t)b * p.bias_batch + (size_t)h * p.bias_head + (size_t)i * p.bias_row + (size_t)j);
}

inline int attended(const attention_params p, const sequence_t seq, __global const uchar *mask,
                    __global const TYPE(BIAS) *bias, const int b, const int h, const int i, const int j)
{
    const int position = seq.position + i;
    if (i >= seq.q_len || j >= seq.k_len || j < p.first_key) return 0;
    if ((p.flags & CAUSAL) && j > position) return 0;
    if (p.left >= 0 && position - j > p.left) return 0;  // position - left could overflow
    if (p.right >= 0 && j - position > p.right) return 0;
    if (p.flags & HAS_MASK) {
        if (j >= p.mask_columns) return 0;
        if (!mask[(size_t)b * p.mask_batch + (size_t)h * p.mask_head + (size_t)i * p.mask_row + j]) return 0;
    }
    if ((p.flags & HAS_BIAS) && bias_at(p, bias, b, h, i, j) == -INFINITY) return 0;
    return 1;
}
