// attention_rows.cl: the rows of a key-value head, and their scores.
// The query heads that share a key-value head lie in one tile: row `index` is query index / group of head index % group,
// so that neighbouring rows have nearly the same keys under a causal mask or a window.
// include common/masks.cl

#define NEEDS_ELEMENTS (HAS_MASK | HAS_BIAS | HAS_ALIBI)

// Keys first ... end - 1.
typedef struct {
    int first, end;
} key_range;

// What lengths, causal mask and window leave query i: nothing if end <= first. Neither bound falls as i grows, and no key
// at or beyond end is there to be read.
inline key_range keys_of_query(const attention_params p, const sequence_t seq, const int i)
{
    const int position = seq.position + i;
    key_range keys;
    keys.first = p.left >= 0 && position > p.left ? max(p.first_key, position - p.left) : p.first_key;
    keys.end = seq.k_len;
    if (p.flags & CAUSAL) keys.end = min(keys.end, position + 1);
    if (p.right >= 0 && position < 0x7fffffff - p.right) keys.end = min(keys.end, position + p.right + 1);
    return keys;
}

// The keys of row `index`; none for rows beyond the sequence.
inline key_range keys_of_row(const attention_params p, const sequence_t seq, const int index)
{
    const int i = index / (p.q_heads / p.kv_heads);
    key_range keys = keys_of_query(p, seq, i);
    if (i >= seq.q_len) keys.end = keys.first;
    return keys;
}

// All that any of the rows first_row ... last_row may need.
inline key_range keys_of_rows(const attention_params p, const sequence_t seq, const int first_row, const int last_row)
{
    const int group = p.q_heads / p.kv_heads;
    const int from = first_row / group, to = min(last_row / group, seq.q_len - 1);
    key_range keys;
    keys.first = keys_of_query(p, seq, from).first;
    keys.end = from <= to ? keys_of_query(p, seq, to).end : keys.first;
    keys.end = max(keys.end, keys.first);
    return keys;
}

// What becomes of a scaled product of query i and key j, both of which exist; -inf where masked.
inline float score_of(const attention_params p, const sequence_t seq, __global const uchar *mask,
                      __global const TYPE(BIAS) *bias, __global const float *alibi_slopes, const int b, const int h,
                      const int i, const int j, const float scaled)
{
    float s = scaled;
    if (p.softcap > 0.0f) s = p.softcap * tanh(s / p.softcap);
    if (p.flags & HAS_ALIBI) s -= alibi_slopes[h] * fabs((float)(seq.position + i - j));
    if (!attended(p, seq, mask, bias, b, h, i, j)) return -INFINITY;
    return p.flags & HAS_BIAS ? s + bias_at(p, bias, b, h, i, j) : s;
}
