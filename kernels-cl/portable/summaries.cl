// summaries.cl: what the attention weights say, without keeping them.
// in  weights [launched heads, row_count, keys] f32
//   row_summary   entropy [B*Hq, S] = -sum p log p (natural log; a zero weight adds nothing), and the top_k keys of each
//                 row with their weights [B*Hq, S, top_k], largest first, the lower key first among equals; -1 and 0
//                 where a row has fewer than top_k keys with weight
//   column_sums   sums [B*Hq, keys] += sum over the rows of this launch
// launch row_summary {row_count, launched heads} items; column_sums {keys, launched heads} items

typedef struct {
    int keys, first_key;
    int first_head, first_row, row_count, q_len;
    int top_k;
    int has_entropy;
} summary_params;

__kernel void row_summary(__global const float *weights, __global float *entropy, __global int *top_keys,
                          __global float *top_weights, const summary_params p)
{
    const size_t row = get_global_id(0), head = get_global_id(1);
    const size_t start = (head * p.row_count + row) * p.keys;
    const size_t out = (p.first_head + head) * p.q_len + p.first_row + row;
    if (p.has_entropy) {
        float sum = 0.0f;
        for (int j = 0; j < p.keys; j++) {
            const float w = weights[start + j];
            if (w != 0.0f) sum -= w * log(w);
        }
        entropy[out] = sum;
    }
    float last = INFINITY;
    int last_key = -1;
    for (int k = 0; k < p.top_k; k++) {
        float best = 0.0f;
        int best_key = -1;
        for (int j = 0; j < p.keys; j++) {
            const float w = weights[start + j];
            const int after_last = w < last || (w == last && j > last_key);
            if (after_last && w > best) {
                best = w;
                best_key = j;
            }
        }
        top_keys[out * p.top_k + k] = best_key < 0 ? -1 : p.first_key + best_key;
        top_weights[out * p.top_k + k] = best;
        last = best;
        last_key = best_key < 0 ? p.keys : best_key;
    }
}

__kernel void column_sums(__global const float *weights, __global float *sums, const summary_params p)
{
    const size_t j = get_global_id(0), head = get_global_id(1);
    const size_t start = head * p.row_count * p.keys + j;
    const size_t out = (p.first_head + head) * p.keys + j;
    float sum = p.first_row == 0 ? 0.0f : sums[out];
    for (int row = 0; row < p.row_count; row++) sum += weights[start + (size_t)row * p.keys];
    sums[out] = sum;
}
