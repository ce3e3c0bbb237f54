// flash_attention.cl: softmax(scale * Q * K^T + masks) * V by tiles, without scores in memory (online softmax,
// Milakov and Gimelshein 2018; Dao et al. 2022).
// One work-item: ROWS rows of one key-value head, KEYS keys at a time. The rows of a key-value head are those of all query
// heads that share it, one head after the other.
// in  q by its view; packed: pack_keys' panels; v by its view, f32 rows; sequences, mask, bias, alibi_slopes, sinks,
//     head_gate as flagged
// out context by its view; log_sum_exp [B*Hq, S] as flagged
// build ROWS KEYS (multiple of 32) MAX_SIZE (multiple of 32, of head sizes that fit), QRY, BIAS, OUT
// launch {ceil(Hq/Hkv * S / ROWS), B * Hkv} single work-items
// edge  rows whose scores or results are not finite are computed again, key by key: what may not be attended never counts

#define NEEDS_ELEMENTS (HAS_MASK | HAS_BIAS | HAS_ALIBI)
#define LANES ((int16)(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15))
#define LOG2_E 1.4426950408889634f

// Row r of the tile: query head, query, and the keys that causal mask, window and length leave it.
typedef struct {
    int h, i, first, end;
} row_t;

inline row_t row_of(const attention_params p, const sequence_t seq, const int kv_head, const int index)
{
    const int group = p.q_heads / p.kv_heads;
    const int used = min(index, group * p.q_len - 1);
    row_t row;
    row.h = kv_head * group + used / p.q_len;
    row.i = used % p.q_len;
    const int position = seq.position + row.i;
    row.first = p.left >= 0 && position > p.left ? max(p.first_key, position - p.left) : p.first_key;
    row.end = seq.k_len;
    if (p.flags & CAUSAL) row.end = min(row.end, position + 1);
    if (p.right >= 0 && position < 0x7fffffff - p.right) row.end = min(row.end, position + p.right + 1);
    if (row.i >= seq.q_len || index >= group * p.q_len) row.end = row.first;
    row.end = max(row.end, row.first);
    return row;
}

// The exact result of one row, key by key; for rows that are not finite.
inline float exact_score(const attention_params p, const sequence_t seq, __global const TYPE(QRY) *q,
                         __global const float *packed, __global const TYPE(BIAS) *bias,
                         __global const float *alibi_slopes, const int b, const row_t row, const int j)
{
    const size_t from = view_index(p.q, b, row.h, seq.q_row + row.i);
    float dot = 0.0f;
    for (int c = 0; c < p.head_size; c++)
        dot = fma(LOAD(QRY, q, from + c), packed[((size_t)(j / 32) * p.head_size + c) * 32 + j % 32], dot);
    float s = dot * p.scale;
    if (p.softcap > 0.0f) s = p.softcap * tanh(s / p.softcap);
    if (p.flags & HAS_ALIBI) s -= alibi_slopes[row.h] * fabs((float)(seq.position + row.i - j));
    if (p.flags & HAS_BIAS) s += bias_at(p, bias, b, row.h, row.i, j);
    return s;
}

__kernel __attribute__((reqd_work_group_size(1, 1, 1)))
void flash_attention(__global const TYPE(QRY) *q, __global const float *all_packed, __global const float *v,
                     __global const int *sequences, __global const uchar *mask, __global const TYPE(BIAS) *bias,
                     __global const float *alibi_slopes, __global const float *sinks, __global const float *head_gate,
                     __global TYPE(OUT) *context, __global float *log_sum_exp, const int has_log_sum_exp,
                     const attention_params p)
{
    const int blocks = (int)get_num_groups(0), turn = (int)get_group_id(0);
    // Under a causal mask late rows have more keys: short and long ones by turns keep threads equally busy.
    const int block = (turn & 1) ? blocks - 1 - turn / 2 : turn / 2;
    const int head_index = (int)get_group_id(1);
    const int b = head_index / p.kv_heads, kv_head = head_index % p.kv_heads;
    const sequence_t seq = sequence_of(p, sequences, b);
    const int panels = (p.kv_len + 31) / 32;
    __global const float *packed = all_packed + (size_t)head_index * panels * p.head_size * 32;
    const size_t v_start = view_index(p.v, b, kv_head, seq.k_row);

    float q_tile[MAX_SIZE * ROWS];
    float s_tile[ROWS * KEYS];
    float o_tile[ROWS * MAX_SIZE];
    float largest[ROWS], sum[ROWS];
    row_t rows[ROWS];
    int suspicious = 0;  // a bit for each row that met a value that is not finite
    int first = p.kv_len, end = 0;
    // Where scores are made element by element, the scale has been applied when they meet this factor.
    const int by_element = p.softcap > 0.0f || (p.flags & NEEDS_ELEMENTS);
    const float to_log2 = by_element ? LOG2_E : p.scale * LOG2_E;
    for (int r = 0; r < ROWS; r++) {
        rows[r] = row_of(p, seq, kv_head, block * ROWS + r);
        if (rows[r].first < rows[r].end) {
            first = min(first, rows[r].first);
            end = max(end, rows[r].end);
        }
        const int there = block * ROWS + r < p.q_heads / p.kv_heads * p.q_len && rows[r].i < seq.q_len;
        const size_t from = view_index(p.q, b, rows[r].h, seq.q_row + (there ? rows[r].i : 0));
        for (int c = 0; c < p.head_size; c++) q_tile[c * ROWS + r] = there ? LOAD(QRY, q, from + c) : 0.0f;
        largest[r] = -INFINITY;
        sum[r] = 0.0f;
    }
    for (int e = 0; e < ROWS * MAX_SIZE; e++) o_tile[e] = 0.0f;

    for (int block_first = first / 32 * 32; block_first < end; block_first += KEYS) {
        const int block_panels = min(KEYS / 32, (end - block_first + 31) / 32);
        for (int panel = 0; panel < block_panels; panel++) {
            __global const float *k = packed + (size_t)(block_first / 32 + panel) * p.head_size * 32;
            float16 low[ROWS], high[ROWS];
#pragma unroll
            for (int r = 0; r < ROWS; r++) low[r] = high[r] = 0.0f;
            for (int c = 0; c < p.head_size; c++) {
                const float16 k_low = vload16(2 * c, k), k_high = vload16(2 * c + 1, k);
#pragma unroll
                for (int r = 0; r < ROWS; r++) {
                    const float16 a = (float16)q_tile[c * ROWS + r];
                    low[r] = fma(a, k_low, low[r]);
                    high[r] = fma(a, k_high, high[r]);
                }
            }
#pragma unroll
            for (int r = 0; r < ROWS; r++) {
                vstore16(low[r], 0, s_tile + r * KEYS + panel * 32);
                vstore16(high[r], 1, s_tile + r * KEYS + panel * 32);
            }
        }

        const int keys = block_panels * 32;
        float correction[ROWS];
        for (int r = 0; r < ROWS; r++) {
            float *s = s_tile + r * KEYS;
            if (by_element) {
                for (int n = 0; n < keys; n++) {
                    const int j = block_first + n;
                    float x = s[n] * p.scale;
                    if (p.softcap > 0.0f) x = p.softcap * tanh(x / p.softcap);
                    if (p.flags & HAS_ALIBI)
                        x -= alibi_slopes[rows[r].h] * fabs((float)(seq.position + rows[r].i - j));
                    if (!attended(p, seq, mask, bias, b, rows[r].h, rows[r].i, j)) x = -INFINITY;
                    else if (p.flags & HAS_BIAS) x += bias_at(p, bias, b, rows[r].h, rows[r].i, j);
                    s[n] = x;
                }
            }
            const int edge = block_first < rows[r].first || block_first + keys > rows[r].end;
            float16 most = -INFINITY;
            int16 odd = 0;
            for (int n = 0; n < keys / 16; n++) {
                float16 x = vload16(n, s) * to_log2;
                if (edge) {
                    const int16 j = block_first + 16 * n + LANES;
                    x = (j < rows[r].first || j >= rows[r].end) ? (float16)(-INFINITY) : x;
                }
                vstore16(x, n, s);
                most = x > most ? x : most;
                odd |= isnan(x) | (x == INFINITY);
            }
            const float8 m8 = fmax(most.lo, most.hi);
            const float4 m4 = fmax(m8.lo, m8.hi);
            const float2 m2 = fmax(m4.lo, m4.hi);
            const float before = largest[r];
            const float now = fmax(before, fmax(m2.lo, m2.hi));
            if (any(odd)) suspicious |= 1 << r;
            const float shift = now == -INFINITY ? 0.0f : now;
            correction[r] = before == -INFINITY ? 0.0f : exp2(before - shift);
            float16 sums = 0.0f;
            for (int n = 0; n < keys / 16; n++) {
                const float16 e = exp2_vector(vload16(n, s) - shift);
                vstore16(e, n, s);
                sums += e;
            }
            const float8 s8 = sums.lo + sums.hi;
            const float4 s4 = s8.lo + s8.hi;
            sum[r] = sum[r] * correction[r] + ((s4.x + s4.y) + (s4.z + s4.w));
            largest[r] = now;
        }

        const int value_keys = min(keys, seq.k_len - block_first);
        for (int c = 0; c < p.value_size; c += 32) {
            float16 low[ROWS], high[ROWS];
#pragma unroll
            for (int r = 0; r < ROWS; r++) {
                low[r] = vload16(0, o_tile + r * MAX_SIZE + c) * correction[r];
                high[r] = c + 16 < p.value_size ? vload16(0, o_tile + r * MAX_SIZE + c + 16) * correction[r] : 0.0f;
            }
            __global const float *v_row = v + v_start + (size_t)block_first * p.v.row + c;
            const int second = c + 16 < p.value_size ? 1 : 0;
            for (int n = 0; n < value_keys; n++) {
                const float16 v_low = vload16(0, v_row), v_high = vload16(second, v_row);
#pragma unroll
                for (int r = 0; r < ROWS; r++) {
                    const float16 w = (float16)s_tile[r * KEYS + n];
                    low[r] = fma(w, v_low, low[r]);
                    high[r] = fma(w, v_high, high[r]);
                }
                v_row += p.v.row;
            }
#pragma unroll
            for (int r = 0; r < ROWS; r++) {
                vstore16(low[r], 0, o_tile + r * MAX_SIZE + c);
                if (second) vstore16(high[r], 0, o_tile + r * MAX_SIZE + c + 16);
            }
        }
    }

    for (int r = 0; r < ROWS; r++) {
        if (block * ROWS + r >= p.q_heads / p.kv_heads * p.q_len) break;
        if (rows[r].i >= seq.q_len && (p.flags & RAGGED)) continue;
        const int h = rows[r].h;
        float total = sum[r];
        const int nothing = largest[r] == -INFINITY;
        float shift = nothing ? 0.0f : largest[r];
        if (p.flags & HAS_SINKS) {
            // The sink may be larger than every score: then it sets the shift.
            const float sink = sinks[h] * LOG2_E;
            const float larger = nothing ? sink : fmax(shift, sink);
            const float scale_down = nothing ? 0.0f : exp2(shift - larger);
            total = total * scale_down + exp2(sink - larger);
            for (int c = 0; c < p.value_size; c++) o_tile[r * MAX_SIZE + c] *= scale_down;
            shift = larger;
        }
        const float inverse = total == 0.0f ? 0.0f : 1.0f / total;
        int finite = !((suspicious >> r) & 1) && isfinite(total);
        for (int c = 0; c < p.value_size; c++) {
            o_tile[r * MAX_SIZE + c] *= inverse;
            finite &= isfinite(o_tile[r * MAX_SIZE + c]);
        }
        float log_sum = nothing && finite ? -INFINITY : (shift + log2(total)) / LOG2_E;
        if (!finite) {
            float most = (p.flags & HAS_SINKS) ? sinks[h] : -INFINITY;
            int any_key = 0;
            for (int j = rows[r].first; j < rows[r].end; j++) {
                if (!attended(p, seq, mask, bias, b, h, rows[r].i, j)) continue;
                const float s = exact_score(p, seq, q, packed, bias, alibi_slopes, b, rows[r], j);
                any_key |= s != -INFINITY;
                most = fmax(most, s);
            }
            const float base = most == -INFINITY ? 0.0f : most;
            float exact = (p.flags & HAS_SINKS) ? exp(sinks[h] - base) : 0.0f;
            for (int c = 0; c < p.value_size; c++) o_tile[r * MAX_SIZE + c] = 0.0f;
            for (int j = rows[r].first; j < rows[r].end; j++) {
                if (!attended(p, seq, mask, bias, b, h, rows[r].i, j)) continue;
                const float w = exp(exact_score(p, seq, q, packed, bias, alibi_slopes, b, rows[r], j) - base);
                exact += w;
                for (int c = 0; c < p.value_size; c++)
                    o_tile[r * MAX_SIZE + c] =
                        fma(w, v[v_start + (size_t)j * p.v.row + c], o_tile[r * MAX_SIZE + c]);
            }
            for (int c = 0; c < p.value_size; c++)
                o_tile[r * MAX_SIZE + c] = exact == 0.0f ? 0.0f : o_tile[r * MAX_SIZE + c] / exact;
            log_sum = any_key ? base + log(exact) : -INFINITY;
        }
        const float gate = (p.flags & HAS_GATE) ? head_gate[h] : 1.0f;
        const size_t to = view_index(p.out, b, h, seq.q_row + rows[r].i);
        for (int c = 0; c < p.value_size; c += 16)
            STORE16(OUT, context, to + c, gate == 0.0f ? (float16)(0.0f) : vload16(0, o_tile + r * MAX_SIZE + c) * gate);
        if (has_log_sum_exp) log_sum_exp[(size_t)(b * p.q_heads + h) * p.q_len + rows[r].i] = log_sum;
    }
}
