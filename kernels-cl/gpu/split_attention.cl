// split_attention.cl: attention of few rows, as in decoding, at the speed of memory. The keys are split over groups, which
// leave unfinished rows in scratch memory for combine_splits.
// One group: up to ROWS rows of one key-value head, KEYS keys at a time. Scores: 8 items share a key. Context: items side by
// side share a row of V, the others take other keys; at the end they add up.
// in  as flash_attention     out partials [B*Hkv, Hq/Hkv * S, splits, 4 + value_size rounded up to 4]: the largest score in
//     base 2, the sum, whether it came from what is not finite, and the context, not yet divided by the sum
// build GROUP_ITEMS (128), KEYS (64), ROWS (1, 4 or 8), QRY, KEY, BIAS, WIDTH; heads' values up to 512
// launch {splits, ceil(Hq/Hkv * S / ROWS), B * Hkv} groups of GROUP_ITEMS
// include gpu/quads.cl gpu/attention_rows.cl gpu/end_row.cl

#define KEY_LANES 8                           // items that share a key
#define ITEM_KEYS (KEYS * KEY_LANES / GROUP_ITEMS)
#define ROW_LANES 16                          // items that share a row of scores
#define LANE_STRIDE (KEY_LANES + 1)
// Dots of key and lane; at the end a quad of every row and item.
#define STAGE (ROWS * (KEYS * LANE_STRIDE > 4 * GROUP_ITEMS ? KEYS * LANE_STRIDE : 4 * GROUP_ITEMS))

DEFINE_LOAD_QUAD(load_query, QRY)
DEFINE_LOAD_QUAD(load_key, KEY)

__kernel __attribute__((reqd_work_group_size(GROUP_ITEMS, 1, 1)))
void split_attention(__global const TYPE(QRY) *q, __global const TYPE(KEY) *k, __global const TYPE(KEY) *v,
                     __global const int *sequences, __global const int *table, __global const uchar *mask,
                     __global const TYPE(BIAS) *bias, __global const float *alibi_slopes, __global float *partials,
                     const attention_params p)
{
    LOCAL4_ARRAY stage[STAGE];
    __local float weights[KEYS * ROWS];          // [key][row]
    __local float shared[ROWS * ROW_LANES], corrections[ROWS];
    __local int odd[ROWS], odd_values[KEYS];  // a value's: 1 + the first key of the last block in which it was odd
    __local size_t q_at[ROWS], k_at[KEYS], v_at[KEYS];

    const int item = (int)get_local_id(0);
    const int row0 = (int)get_group_id(1) * ROWS;
    const int b = (int)get_group_id(2) / p.kv_heads, kv_head = (int)get_group_id(2) % p.kv_heads;
    const int group = p.q_heads / p.kv_heads, rows = group * p.q_len;
    const sequence_t seq = sequence_of(p, sequences, b);
    const key_range tile = keys_of_rows(p, seq, row0, min(row0 + ROWS, rows) - 1);
    const int splits = (int)get_num_groups(0), split = (int)get_group_id(0);
    const int split_keys = ((tile.end - tile.first + KEYS - 1) / KEYS + splits - 1) / splits * KEYS;
    const int first = min(tile.end, tile.first + split * split_keys), end = min(tile.end, first + split_keys);

    const int key_item = item / KEY_LANES, key_lane = item % KEY_LANES;
    // The row whose scores this item looks after, with 15 others; in small tiles some items have none.
    const int has_row = item / ROW_LANES < ROWS, r = min(item / ROW_LANES, ROWS - 1), row_lane = item % ROW_LANES;
    const int index = min(row0 + r, rows - 1), h = kv_head * group + index % group, i = index / group;
    const key_range mine = keys_of_row(p, seq, index);
    const int by_element = p.softcap > 0.0f || (p.flags & NEEDS_ELEMENTS);
    float largest = -INFINITY, sum = 0.0f;
    int met_odd = 0;

    // Items along a row of V: a power of two that covers it by quads.
    int value_lanes = 1;
    while (4 * value_lanes < p.value_size) value_lanes *= 2;
    const int c_v = item % value_lanes * 4, parts = GROUP_ITEMS / value_lanes, value_part = item / value_lanes;
    float4 acc[ROWS];
#pragma unroll
    for (int m = 0; m < ROWS; m++) acc[m] = (float4)(0.0f);

    for (int n = item; n < KEYS; n += GROUP_ITEMS) odd_values[n] = 0;
    if (item < ROWS) {
        const int at = min(row0 + item, rows - 1);
        q_at[item] = view_index(p.q, b, kv_head * group + at % group,
                                seq.q_row + min(at / group, max(seq.q_len - 1, 0)));
        odd[item] = 0;
    }
    for (int key0 = first; key0 < end; key0 += KEYS) {
        const int keys = min(KEYS, end - key0);
        if (item < keys) {
            k_at[item] = row_index(p.k, p.key_rows, table, b, kv_head, seq.k_row + key0 + item);
            v_at[item] = row_index(p.v, p.key_rows, table, b, kv_head, seq.k_row + key0 + item);
        }
        barrier(CLK_LOCAL_MEM_FENCE);

        float dots[ITEM_KEYS][ROWS];
        size_t at[ITEM_KEYS];
#pragma unroll
        for (int n = 0; n < ITEM_KEYS; n++) {
            at[n] = k_at[min(key_item + n * (KEYS / ITEM_KEYS), keys - 1)];
#pragma unroll
            for (int m = 0; m < ROWS; m++) dots[n][m] = 0.0f;
        }
#pragma unroll 1  // four keys and their queries fill the registers already
        for (int c = 4 * key_lane; c < p.head_size; c += 4 * KEY_LANES) {
            float4 k_c[ITEM_KEYS];
#pragma unroll
            for (int n = 0; n < ITEM_KEYS; n++) k_c[n] = load_key(k, at[n] + c, p.head_size - c);
#pragma unroll
            for (int m = 0; m < ROWS; m++) {
                const float4 q_c = load_query(q, q_at[m] + c, p.head_size - c);
#pragma unroll
                for (int n = 0; n < ITEM_KEYS; n++)
                    dots[n][m] = fma(q_c.x, k_c[n].x, fma(q_c.y, k_c[n].y,
                                 fma(q_c.z, k_c[n].z, fma(q_c.w, k_c[n].w, dots[n][m]))));
            }
        }
#pragma unroll
        for (int n = 0; n < ITEM_KEYS; n++)
#pragma unroll
            for (int m = 0; m < ROWS; m++)
                stage[(m * KEYS + key_item + n * (KEYS / ITEM_KEYS)) * LANE_STRIDE + key_lane] = dots[n][m];
        barrier(CLK_LOCAL_MEM_FENCE);

        float most = largest, score[KEYS / ROW_LANES];
        if (has_row) {
#pragma unroll
            for (int n = 0; n < KEYS / ROW_LANES; n++) {
                const int key = row_lane + n * ROW_LANES, j = key0 + key;
                float x = 0.0f;
#pragma unroll
                for (int l = 0; l < KEY_LANES; l++) x += stage[(r * KEYS + key) * LANE_STRIDE + l];
                x *= p.scale;
                if (by_element && key < keys) x = score_of(p, seq, mask, bias, alibi_slopes, b, h, i, j, x);
                x *= LOG2_E;
                if (key >= keys || j < mine.first || j >= mine.end) x = -INFINITY;
                met_odd |= isnan(x) || x == INFINITY;
                most = fmax(most, x);
                score[n] = x;
            }
            shared[r * ROW_LANES + row_lane] = most;
        }
        barrier(CLK_LOCAL_MEM_FENCE);
        if (has_row) {
            for (int l = 0; l < ROW_LANES; l++) most = fmax(most, shared[r * ROW_LANES + l]);
            const float shift = most == -INFINITY ? 0.0f : most;
            const float correction = power_of_2(largest - shift);
            largest = most;
            sum *= correction;
#pragma unroll
            for (int n = 0; n < KEYS / ROW_LANES; n++) {
                const float weight = power_of_2(score[n] - shift);
                weights[(row_lane + n * ROW_LANES) * ROWS + r] = weight;
                sum += weight;
            }
            if (row_lane == 0) corrections[r] = correction;
        }
        barrier(CLK_LOCAL_MEM_FENCE);

#pragma unroll
        for (int m = 0; m < ROWS; m++) acc[m] *= corrections[m];
#pragma unroll 4  // so that loads overlap
        for (int n = value_part; n < keys; n += parts) {
            float4 v_n = load_key(v, v_at[n] + c_v, p.value_size - c_v);
            if (!all(isfinite(v_n))) {
                // 0 * NaN is NaN: for rows that may not see this key it must be 0, those that may are made again.
                v_n = (float4)(0.0f);
                atomic_xchg(&odd_values[n], key0 + 1);
            }
#pragma unroll
            for (int m = 0; m < ROWS; m++) acc[m] = fma((float4)(weights[n * ROWS + m]), v_n, acc[m]);
        }
        barrier(CLK_LOCAL_MEM_FENCE);
        for (int n = row_lane; has_row && n < keys; n += ROW_LANES)
            if (odd_values[n] == key0 + 1) met_odd |= attended(p, seq, mask, bias, b, h, i, key0 + n);
    }

    const int stride = 4 + (p.value_size + 3) / 4 * 4;
    const size_t out = ((size_t)get_group_id(2) * rows + row0) * splits + split;
    if (has_row) shared[r * ROW_LANES + row_lane] = sum;
    if (met_odd) atomic_or(&odd[r], 1);
#pragma unroll
    for (int m = 0; m < ROWS; m++) *(__local float4 *)(stage + 4 * (m * GROUP_ITEMS + item)) = acc[m];
    barrier(CLK_LOCAL_MEM_FENCE);
    if (has_row && row_lane == 0 && row0 + r < rows) {
        float total = 0.0f;
        for (int l = 0; l < ROW_LANES; l++) total += shared[r * ROW_LANES + l];
        __global float *partial = partials + (out + (size_t)r * splits) * stride;
        partial[0] = largest;
        partial[1] = total;
        partial[2] = (float)odd[r];
    }
    for (int e = item; e < ROWS * value_lanes; e += GROUP_ITEMS) {
        const int row = e / value_lanes, quad = e % value_lanes;
        if (row0 + row >= rows || 4 * quad >= p.value_size) continue;
        float4 total = (float4)(0.0f);
        for (int n = 0; n < parts; n++) total += LOCAL4(stage + 4 * (row * GROUP_ITEMS + n * value_lanes + quad));
        *(__global float4 *)(partials + (out + (size_t)row * splits) * stride + 4 + 4 * quad) = total;
    }
}
