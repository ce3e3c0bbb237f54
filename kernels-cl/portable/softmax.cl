// softmax.cl: P[r,:] = softmax(S[r,:]), one work-group per row; optionally with a sink in the denominator.
// in  S f32: rows of `columns` elements, `inner` apart (1 for plain rows); masked entries -inf
//     sinks [heads]: row r belongs to head (first_head + r / rows_per_head) % heads
// out P, may be S; log_sum_exp [heads of all batches, lse_rows], natural logarithm, of the attended keys and the sink
// build GROUP_ITEMS (power of two)     launch {GROUP_ITEMS * rows} / {GROUP_ITEMS}
// edge  fully masked row -> zeros and log_sum_exp -inf, with a sink or not, never NaN; a NaN among the scores makes the
//       row NaN
// include common/softmax_params.cl common/reductions.cl

__attribute__((reqd_work_group_size(GROUP_ITEMS, 1, 1)))
__kernel void softmax(__global const float *s, __global float *p, __global const float *sinks,
                      __global float *log_sum_exp, const softmax_params a)
{
    __local float scratch[GROUP_ITEMS];
    const size_t row = get_group_id(0);
    const size_t start = (row / a.inner) * a.inner * a.columns + row % a.inner;
    const int item = (int)get_local_id(0);
    const int head_index = a.first_head + (int)(row / a.rows_per_head);
    const float sink = a.has_sinks ? sinks[head_index % a.heads] : -INFINITY;

    float largest_score = -INFINITY;
    for (int j = item; j < a.columns; j += GROUP_ITEMS)
        largest_score = fmax(largest_score, s[start + (size_t)j * a.inner]);
    largest_score = group_reduce_max(scratch, largest_score);
    const float largest = fmax(largest_score, sink);
    // A row of -inf only: subtracting -inf would give NaN; subtracting 0 gives exp(-inf) = 0.
    const float shift = largest == -INFINITY ? 0.0f : largest;

    float sum = 0.0f;
    for (int j = item; j < a.columns; j += GROUP_ITEMS) sum += exp(s[start + (size_t)j * a.inner] - shift);
    sum = group_reduce_sum(scratch, sum);
    if (a.has_sinks) sum += exp(sink - shift);

    const float inverse = sum == 0.0f ? 0.0f : 1.0f / sum;
    for (int j = item; j < a.columns; j += GROUP_ITEMS) {
        const size_t at = start + (size_t)j * a.inner;
        p[at] = exp(s[at] - shift) * inverse;
    }
    if (a.has_log_sum_exp && item == 0) {
        const size_t i = a.first_row + row % a.rows_per_head;
        // fmax passes over NaN: a row of NaN looks masked until it is summed.
        const int masked = largest_score == -INFINITY && !isnan(sum);
        log_sum_exp[(size_t)head_index * a.lse_rows + i] = masked ? -INFINITY : shift + log(sum);
    }
}
