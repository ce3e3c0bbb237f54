// attention_params.cl: what one attention call looks like; the same struct goes to every attention kernel.
// Filled by AttentionParams.java, field by field in this order. All fields are 4 bytes, so there is no padding.
// A view's element (b, h, s, c) lies at  offset + b*batch + h*head + s*row + c.

typedef struct {
    int offset, batch, head, row;
} view_t;

typedef struct {
    int batch;       // B
    int q_heads;     // Hq
    int kv_heads;    // Hkv, divides Hq
    int q_len;       // S
    int kv_len;      // T, including any past
    int head_size;   // d of queries and keys
    int value_size;  // dv
    int flags;       // the bits below
    int left;        // window to the left, -1 = unbounded
    int right;       // window to the right, -1 = unbounded
    int position;    // position of query 0; with POSITION_BY_LENGTHS it is lengths[b] - S instead
    int mask_columns, mask_batch, mask_head, mask_row;  // boolean mask; keys from mask_columns on are masked
    int bias_columns, bias_batch, bias_head, bias_row;  // additive mask, likewise
    int first_head;  // this launch covers heads first_head ... of the B*Hq, counted b*Hq + h
    int first_row;   // and query rows first_row ...
    int row_count;   // that many; the buffers of scores and weights hold these rows only
    int stage;       // which scores to write: 0 scaled, 1 after softcap, 2 after bias and masks
    float scale;
    float softcap;   // 0 = none
    view_t q, k, v, out;
} attention_params;

#define HAS_LENGTHS 1
#define HAS_MASK 2
#define HAS_BIAS 4
#define HAS_SINKS 8
#define HAS_ALIBI 16
#define HAS_GATE 32
#define CAUSAL 64
#define POSITION_BY_LENGTHS 128

inline size_t view_index(const view_t view, const int b, const int h, const int s)
{
    return (size_t)view.offset + (size_t)b * view.batch + (size_t)h * view.head + (size_t)s * view.row;
}
