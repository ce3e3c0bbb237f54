// flash_attention.cl: softmax(scale * Q * K^T + masks) * V by tiles, without scores in global memory (online softmax, Milakov
// and Gimelshein 2018; Dao et al. 2022), in base 2.
// One group: ROWS rows of one key-value head, KEYS keys at a time. Q, K and V go through one stage in local memory; each
// item has ROWS/8 rows by 4 keys of the scores, then ROWS/8 rows by MAX_SIZE/16 components of the context.
// in  q, k, v by their views; sequences, block table, mask, bias, alibi_slopes, sinks, head_gate as flagged
// out context by its view; log_sum_exp [B*Hq, S] as flagged; flags [B*Hq, S]: 1 where the result is not finite or came
//     from what is not, also where all scores of a row with keys are -inf: they may overflow in base 2 alone. exact_rows makes
//     these again
// build GROUP_ITEMS (128), KEYS (64), ROWS (32 or 64), MAX_SIZE (64, 128, 256 or 512: values of heads up to it), QRY, KEY, BIAS, OUT, WIDTH
// launch {ceil(Hq/Hkv * S / ROWS), B * Hkv} groups of GROUP_ITEMS
// include gpu/quads.cl gpu/attention_rows.cl gpu/end_row.cl

#define LANES (KEYS / 4)        // items side by side along keys and components
#define ITEM_ROWS (ROWS / (GROUP_ITEMS / LANES))
#define CHUNK 16                // components of Q and K on the stage
#define STRIDE_Q (ROWS + 4)
#define STRIDE_K (KEYS + 4)
#define STAGE_V 2048
#define VALUE_KEYS (STAGE_V / MAX_SIZE)  // rows of V on the stage
#define STAGE_QK (CHUNK * (STRIDE_Q + STRIDE_K))
#define STAGE (STAGE_QK > STAGE_V ? STAGE_QK : STAGE_V)
#define SLICES (MAX_SIZE / KEYS)      // of KEYS components
#define PARTS (GROUP_ITEMS / ROWS)    // items that share a row of scores

DEFINE_LOAD_QUAD(load_query, QRY)
DEFINE_LOAD_QUAD(load_key, KEY)
DEFINE_STORE_QUAD(store_context, OUT)

__kernel __attribute__((reqd_work_group_size(GROUP_ITEMS, 1, 1)))
void flash_attention(__global const TYPE(QRY) *q, __global const TYPE(KEY) *k, __global const TYPE(KEY) *v,
                     __global const int *sequences, __global const int *table, __global const uchar *mask,
                     __global const TYPE(BIAS) *bias, __global const float *alibi_slopes, __global const float *sinks,
                     __global const float *head_gate, __global TYPE(OUT) *context, __global float *log_sum_exp,
                     __global int *flags, const int has_log_sum_exp, const attention_params p)
{
    LOCAL4_ARRAY stage[STAGE];
    LOCAL4_ARRAY s_tile[KEYS * STRIDE_Q];  // scores, then weights: [key][row]
    __local float shared[GROUP_ITEMS];     // of the items that share a row
    __local float factor[ROWS];
    __local int odd[ROWS], odd_values[KEYS], some_odd;  // of values: 1 + the first key of the last block with an odd one
    __local size_t q_at[ROWS], k_at[KEYS], v_at[KEYS];
    __local float *k_stage = stage + CHUNK * STRIDE_Q;

    const int item = (int)get_local_id(0), lane = item % LANES, item_row = item / LANES * ITEM_ROWS;
    const int blocks = (int)get_num_groups(0);
    // Under a causal mask the last rows have the most keys: they go first.
    const int row0 = (blocks - 1 - (int)get_group_id(0)) * ROWS;
    const int b = (int)get_group_id(1) / p.kv_heads, kv_head = (int)get_group_id(1) % p.kv_heads;
    const int group = p.q_heads / p.kv_heads, rows = group * p.q_len;
    const sequence_t seq = sequence_of(p, sequences, b);
    const key_range tile = keys_of_rows(p, seq, row0, row0 + ROWS - 1);
    // Between these, all rows have all keys.
    const int all_from = keys_of_row(p, seq, row0 + ROWS - 1).first, all_to = keys_of_row(p, seq, row0).end;
    const int all_there = (row0 + ROWS - 1) / group < seq.q_len;

    // The row whose scores this item looks after, with PARTS - 1 others.
    const int r = item % ROWS, part = item / ROWS, index = row0 + r;
    const int h = kv_head * group + index % group, i = index / group;
    const key_range mine = keys_of_row(p, seq, index);
    const int by_element = p.softcap > 0.0f || (p.flags & NEEDS_ELEMENTS);
    const float to_log2 = p.scale * LOG2_E;
    float largest = -INFINITY, sum = 0.0f;
    int met_odd = 0;  // a score that is NaN or infinite

    for (int n = item; n < KEYS; n += GROUP_ITEMS) odd_values[n] = 0;
    if (item == 0) some_odd = 0;
    if (part == 0) {
        odd[r] = 0;
        q_at[r] = view_index(p.q, b, h, seq.q_row + min(i, max(seq.q_len - 1, 0)));
    }
    float4 acc[SLICES][ITEM_ROWS];
#pragma unroll
    for (int n = 0; n < SLICES; n++)
#pragma unroll
        for (int m = 0; m < ITEM_ROWS; m++) acc[n][m] = (float4)(0.0f);

    for (int key0 = tile.first; key0 < tile.end; key0 += KEYS) {
        const int keys = min(KEYS, tile.end - key0);
        if (item < keys) {
            k_at[item] = row_index(p.k, p.key_rows, table, b, kv_head, seq.k_row + key0 + item);
            v_at[item] = row_index(p.v, p.key_rows, table, b, kv_head, seq.k_row + key0 + item);
        }
        barrier(CLK_LOCAL_MEM_FENCE);

        float4 dots[ITEM_ROWS];
#pragma unroll
        for (int m = 0; m < ITEM_ROWS; m++) dots[m] = (float4)(0.0f);
        for (int c0 = 0; c0 < p.head_size; c0 += CHUNK) {
            for (int e = item; e < ROWS * CHUNK / 4; e += GROUP_ITEMS) {
                const int row = e / (CHUNK / 4), c = e % (CHUNK / 4) * 4;
                put_transposed(stage, STRIDE_Q, row, c, load_query(q, q_at[row] + c0 + c, p.head_size - c0 - c));
            }
            for (int e = item; e < KEYS * CHUNK / 4; e += GROUP_ITEMS) {
                const int n = e / (CHUNK / 4), c = e % (CHUNK / 4) * 4;
                const int left = n < keys ? p.head_size - c0 - c : 0;
                put_transposed(k_stage, STRIDE_K, n, c, load_key(k, (n < keys ? k_at[n] : 0) + c0 + c, left));
            }
            barrier(CLK_LOCAL_MEM_FENCE);
            for (int c = 0; c < CHUNK; c++) {
                const float4 k_c = LOCAL4(k_stage + c * STRIDE_K + 4 * lane);
#pragma unroll
                for (int m = 0; m < ITEM_ROWS; m += 4)
                    multiply_quads(&dots[m], LOCAL4(stage + c * STRIDE_Q + item_row + m), k_c);
            }
            barrier(CLK_LOCAL_MEM_FENCE);
        }
#pragma unroll
        for (int m = 0; m < ITEM_ROWS; m++)
            put_transposed(s_tile, STRIDE_Q, item_row + m, 4 * lane, dots[m]);
        barrier(CLK_LOCAL_MEM_FENCE);

        const int edge = key0 < all_from || key0 + KEYS > all_to || !all_there;
        float most = largest;
        for (int n = part; n < KEYS; n += PARTS) {
            const int j = key0 + n;
            float x = s_tile[n * STRIDE_Q + r];
            if (by_element) x = score_of(p, seq, mask, bias, alibi_slopes, b, h, i, j, x * p.scale) * LOG2_E;
            else x *= to_log2;
            if (edge && (j < mine.first || j >= mine.end)) x = -INFINITY;
            s_tile[n * STRIDE_Q + r] = x;
            met_odd |= isnan(x) || x == INFINITY;
            most = fmax(most, x);
        }
        shared[item] = most;
        barrier(CLK_LOCAL_MEM_FENCE);
#pragma unroll
        for (int n = 0; n < PARTS; n++) most = fmax(most, shared[n * ROWS + r]);
        const float shift = most == -INFINITY ? 0.0f : most;
        const float correction = power_of_2(largest - shift);
        largest = most;
        sum *= correction;
        for (int n = part; n < KEYS; n += PARTS) {
            const float weight = power_of_2(s_tile[n * STRIDE_Q + r] - shift);
            s_tile[n * STRIDE_Q + r] = weight;
            sum += weight;
        }
        if (part == 0) factor[r] = correction;
        barrier(CLK_LOCAL_MEM_FENCE);

#pragma unroll
        for (int m = 0; m < ITEM_ROWS; m++)
#pragma unroll
            for (int n = 0; n < SLICES; n++) acc[n][m] *= factor[item_row + m];
        for (int first = 0; first < keys; first += VALUE_KEYS) {
            for (int e = item; e < VALUE_KEYS * (MAX_SIZE / 4); e += GROUP_ITEMS) {
                const int n = first + e / (MAX_SIZE / 4), c = e % (MAX_SIZE / 4) * 4;
                const int left = n < keys ? p.value_size - c : 0;
                float4 values = load_key(v, (n < keys ? v_at[n] : 0) + c, left);
                if (!all(isfinite(values))) {
                    // 0 * NaN is NaN: for rows that may not see this key it must be 0, those that may are made again.
                    values = (float4)(0.0f);
                    atomic_xchg(&odd_values[n], key0 + 1);
                    atomic_xchg(&some_odd, key0 + 1);
                }
                *(__local float4 *)(stage + 4 * e) = values;
            }
            barrier(CLK_LOCAL_MEM_FENCE);
            for (int n = 0; n < VALUE_KEYS; n++) {
                __local const float *weights = s_tile + (first + n) * STRIDE_Q + item_row;
#pragma unroll
                for (int slice = 0; slice < SLICES; slice++) {
                    const float4 v_n = LOCAL4(stage + n * MAX_SIZE + slice * KEYS + 4 * lane);
#pragma unroll
                    for (int m = 0; m < ITEM_ROWS; m += 4) multiply_quads(&acc[slice][m], LOCAL4(weights + m), v_n);
                }
            }
            barrier(CLK_LOCAL_MEM_FENCE);
        }
        for (int n = part; some_odd == key0 + 1 && n < keys; n += PARTS)
            if (odd_values[n] == key0 + 1) met_odd |= attended(p, seq, mask, bias, b, h, i, key0 + n);
    }

    shared[item] = sum;
    if (met_odd) atomic_or(&odd[r], 1);
    barrier(CLK_LOCAL_MEM_FENCE);
    float total = 0.0f;
#pragma unroll
    for (int n = 0; n < PARTS; n++) total += shared[n * ROWS + r];
    const row_end end = end_row(p, sinks, h, largest, total);
    const size_t result = (size_t)(b * p.q_heads + h) * p.q_len + i;
    if (part == 0) {
        factor[r] = end.factor;
        if (!isfinite(end.sum) || (largest == -INFINITY && mine.first < mine.end)) atomic_or(&odd[r], 1);
        if (has_log_sum_exp && index < rows) log_sum_exp[result] = end.log_sum_exp;
    }
    barrier(CLK_LOCAL_MEM_FENCE);

#pragma unroll
    for (int m = 0; m < ITEM_ROWS; m++) {
        const int at = row0 + item_row + m;
        const int at_h = kv_head * group + at % group, at_i = at / group;
        const int stored = at < rows && (at_i < seq.q_len || !(p.flags & RAGGED));
        const float gate = (p.flags & HAS_GATE) && stored ? head_gate[at_h] : 1.0f;
        const size_t to = view_index(p.out, b, at_h, seq.q_row + at_i);
        int4 finite = (int4)(-1);
#pragma unroll
        for (int n = 0; n < SLICES; n++) {
            const int c = n * KEYS + 4 * lane;
            const float4 value = acc[n][m] * factor[item_row + m];
            finite &= isfinite(value);
            // A head gated off is gone, whatever it holds.
            store_context(context, to + c, stored ? p.value_size - c : 0, gate == 0.0f ? (float4)(0.0f) : value * gate);
        }
        if (!all(finite)) atomic_or(&odd[item_row + m], 1);
    }
    barrier(CLK_LOCAL_MEM_FENCE);
    // Rows of the next sequence are not this one's to make again.
    if (part == 0 && index < rows) flags[result] = i < seq.q_len || !(p.flags & RAGGED) ? odd[r] : 0;
}
