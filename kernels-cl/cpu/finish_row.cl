// finish_row.cl: the end of a row's attention: sink, division by the sum, head gate, store. A row that met a value that is
// not finite is computed again, key by key: what may not be attended never counts, whatever it holds. So is one whose scores
// are all -infinity in powers of 2 though it has keys: in powers of e they may be finite, and one that is finite in both
// units leaves no weight to such scores.
// include cpu/finish_scores.cl

// The keys and values of a call where they lie.
typedef struct {
    __global const void *k, *v;
    __global const int *table;
    int k_type, v_type;
    rows_t value_rows;
} stored_t;

inline float exact_score(const attention_params *p, const sequence_t seq, const stored_t stored, __global const void *q,
                         const int q_type, __global const void *bias, const int bias_type,
                         __global const float *alibi_slopes, const int b, const int kv_head, const row_t row, const int j)
{
    const size_t q_from = view_index(p->q, b, row.h, seq.q_row + row.i);
    const size_t k_from = row_index(p->k, p->key_rows, stored.table, b, kv_head, seq.k_row + j);
    float dot = 0.0f;
    for (int c = 0; c < p->head_size; c++)
        dot = fma(load_any(q, q_type, q_from + c), load_any(stored.k, stored.k_type, k_from + c), dot);
    float s = dot * p->scale;
    if (p->softcap > 0.0f) s = p->softcap * tanh(s / p->softcap);
    if (p->flags & HAS_ALIBI) s -= alibi_slopes[row.h] * fabs((float)(seq.position + row.i - j));
    if (p->flags & HAS_BIAS)
        s += load_any(bias, bias_type, (size_t)b * p->bias_batch + (size_t)row.h * p->bias_head + (size_t)row.i * p->bias_row + j);
    return s;
}

// o[0 .. value_size) = the row's context; returns its log-sum-exp.
inline float exact_row(float *o, const attention_params *p, const sequence_t seq, const stored_t stored,
                       __global const void *q, const int q_type, __global const uchar *mask, __global const void *bias,
                       const int bias_type, __global const float *alibi_slopes, __global const float *sinks, const int b,
                       const int kv_head, const row_t row)
{
    float most = (p->flags & HAS_SINKS) ? sinks[row.h] : -INFINITY;
    float base = 0.0f, total = 0.0f;
    for (int c = 0; c < p->value_size; c++) o[c] = 0.0f;
    for (int pass = 0; pass < 2; pass++) {
        for (int j = row.first; j < row.end; j++) {
            if (!attends(p, mask, bias, bias_type, b, row, j)) continue;
            const float s = exact_score(p, seq, stored, q, q_type, bias, bias_type, alibi_slopes, b, kv_head, row, j);
            if (pass == 0) {
                most = fmax(most, s);
                continue;
            }
            const float w = exp(s - base);
            const size_t from = row_index(p->v, stored.value_rows, stored.table, b, kv_head, seq.k_row + j);
            total += w;
            for (int c = 0; c < p->value_size; c++) o[c] = fma(w, load_any(stored.v, stored.v_type, from + c), o[c]);
        }
        base = most == -INFINITY ? 0.0f : most;
        if (pass == 0) total = (p->flags & HAS_SINKS) ? exp(sinks[row.h] - base) : 0.0f;
    }
    for (int c = 0; c < p->value_size; c++) o[c] = total == 0.0f ? o[c] : o[c] / total;
    return total == 0.0f ? -INFINITY : base + log(total);
}

// A head gated off is gone, whatever it holds.
inline void store_context(__global void *context, const int out_type, const size_t to, const float *o,
                          const attention_params *p, const float gate)
{
    int c = 0;
    for (; c + 16 <= p->value_size; c += 16)
        store16_any(context, out_type, to + c, gate == 0.0f ? (float16)(0.0f) : vload16(0, o + c) * gate);
    for (; c < p->value_size; c++) store_any(context, out_type, to + c, gate == 0.0f ? 0.0f : o[c] * gate);
}

// o: the sum of weights * values, the weights being 2^(score - largest); total: the sum of weights.
inline void finish_row(float *o, const float largest, float total, const attention_params *p, const sequence_t seq,
                       const stored_t stored, __global const void *q, const int q_type, __global const uchar *mask,
                       __global const void *bias, const int bias_type, __global const float *alibi_slopes,
                       __global const float *sinks, __global const float *head_gate, __global void *context,
                       const int out_type, __global float *log_sum_exp, const int has_log_sum_exp, const int b,
                       const int kv_head, const row_t row)
{
    const int nothing = largest == -INFINITY;
    float shift = nothing ? 0.0f : largest, factor = 1.0f;
    if (p->flags & HAS_SINKS) {
        // The sink may be larger than every score: then it sets the shift.
        const float sink = sinks[row.h] * LOG2_E;
        const float larger = nothing || sink > shift ? sink : shift;
        factor = nothing ? 0.0f : exp2_scalar(shift - larger);
        total = total * factor + exp2_scalar(sink - larger);
        shift = larger;
    }
    factor = total == 0.0f ? 0.0f : factor / total;
    float16 not_finite = 0.0f;  // 0 * x is 0 for every finite x, and NaN for all others
    int c = 0;
    for (; c + 16 <= p->value_size; c += 16) {
        const float16 x = vload16(0, o + c) * factor;
        put16(x, 0, o + c);
        not_finite += 0.0f * x;
    }
    for (; c < p->value_size; c++) {
        o[c] *= factor;
        not_finite += 0.0f * o[c];
    }
    const int finite = isfinite(total) && isfinite(shift) && sum_of(not_finite) == 0.0f;
    float log_sum = total == 0.0f ? -INFINITY : (shift + log2(total)) * LN_2;
    if (!finite || (nothing && row.first < row.end))
        log_sum = exact_row(o, p, seq, stored, q, q_type, mask, bias, bias_type, alibi_slopes, sinks, b, kv_head, row);
    store_context(context, out_type, view_index(p->out, b, row.h, seq.q_row + row.i), o, p,
                  (p->flags & HAS_GATE) ? head_gate[row.h] : 1.0f);
    if (has_log_sum_exp) log_sum_exp[(size_t)(b * p->q_heads + row.h) * p->q_len + row.i] = log_sum;
}
