// softmax.cl: P[r,:] = softmax(S[r,:]), 16 columns at a time; optionally with a sink in the denominator.
// in  S f32 [rows, columns], masked entries -inf; sinks [heads]: row r belongs to head (first_head + r / rows_per_head) % heads
// out P, may be S; log_sum_exp [heads of all batches, lse_rows], natural logarithm, of the attended keys and the sink
// build nothing     launch {rows} single work-items
// edge  as in portable/softmax.cl
// include common/softmax_params.cl cpu/vectors.cl

__kernel __attribute__((reqd_work_group_size(1, 1, 1)))
void softmax(__global const float *all_s, __global float *all_p, __global const float *sinks,
             __global float *log_sum_exp, const softmax_params a)
{
    const size_t row = get_group_id(0);
    __global const float *s = all_s + row * a.columns;
    __global float *p = all_p + row * a.columns;
    const int head_index = a.first_head + (int)(row / a.rows_per_head);
    const float sink = a.has_sinks ? sinks[head_index % a.heads] : -INFINITY;

    float16 most = -INFINITY;
    int j = 0;
    for (; j + 16 <= a.columns; j += 16) {
        const float16 x = vload16(0, s + j);
        most = x > most ? x : most;
    }
    float largest_score = largest_of(most);
    for (; j < a.columns; j++) largest_score = fmax(largest_score, s[j]);
    const float largest = fmax(largest_score, sink);
    // A row of -inf only: subtracting -inf would give NaN; subtracting 0 gives exp(-inf) = 0.
    const float shift = largest == -INFINITY ? 0.0f : largest;

    float16 sums = 0.0f;
    for (j = 0; j + 16 <= a.columns; j += 16) {
        const float16 e = exp(vload16(0, s + j) - shift);
        put16_global(e, p + j);
        sums += e;
    }
    float sum = sum_of(sums);
    for (; j < a.columns; j++) {
        p[j] = exp(s[j] - shift);
        sum += p[j];
    }
    if (a.has_sinks) sum += exp(sink - shift);

    const float inverse = sum == 0.0f ? 0.0f : 1.0f / sum;
    for (j = 0; j + 16 <= a.columns; j += 16) put16_global(vload16(0, p + j) * inverse, p + j);
    for (; j < a.columns; j++) p[j] *= inverse;
    if (a.has_log_sum_exp) {
        const size_t i = a.first_row + row % a.rows_per_head;
        // The largest score passes over NaN: a row of NaN looks masked until it is summed.
        const int masked = largest_score == -INFINITY && !isnan(sum);
        log_sum_exp[(size_t)head_index * a.lse_rows + i] = masked ? -INFINITY : shift + log(sum);
    }
}
