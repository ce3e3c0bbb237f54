// attention_params.cl: what one attention call looks like; the same struct goes to every attention kernel.
// Filled by AttentionParams.java. All fields are 4 bytes, so there is no padding.
// include common/views.cl

typedef struct {
    int batch;       // B
    int q_heads;     // Hq
    int kv_heads;    // Hkv, divides Hq
    int q_len;       // S; with sequences, the longest
    int kv_len;      // T, including any past; with sequences, the longest
    int head_size;   // d of queries and keys
    int value_size;  // dv
    int flags;       // the bits below
    int left;        // window to the left, -1 = unbounded
    int right;       // window to the right, -1 = unbounded
    int position;    // position of query 0
    int mask_columns, mask_batch, mask_head, mask_row;  // boolean mask; keys from mask_columns on are masked
    int bias_columns, bias_batch, bias_head, bias_row;  // additive mask, likewise
    int first_key;   // keys before it are gone (a ring cache); scores and weights have kv_len - first_key columns
    int first_head;  // this launch covers heads first_head ... of the B*Hq, counted b*Hq + h
    int first_row;   // and query rows first_row ...
    int row_count;   // that many; the buffers of scores and weights hold these rows only
    int stage;       // which scores to write: 0 scaled, 1 after softcap, 2 after bias and masks
    float scale;
    float softcap;   // 0 = none
    rows_t key_rows; // how key j finds its row in the k and v views
    view_t q, k, v, out;
} attention_params;

#define HAS_SEQUENCES 1
#define HAS_MASK 2
#define HAS_BIAS 4
#define HAS_SINKS 8
#define HAS_ALIBI 16
#define HAS_GATE 32
#define CAUSAL 64
#define DENSE 256   // k and v hold all kv_len keys of every sequence, padding included
#define RAGGED 128  // rows beyond a sequence's end belong to the next sequence: leave them alone

// One sequence of the batch, where sequences differ.
typedef struct {
    int q_row;     // its first row in the q and out views
    int q_len;     // its queries
    int position;  // the position of its first query
    int k_row;     // its first row in the k and v views
    int k_len;     // its keys, including any past
} sequence_t;

inline sequence_t sequence_of(const attention_params p, __global const int *sequences, const int b)
{
    sequence_t s;
    const int given = p.flags & HAS_SEQUENCES;
    s.q_row = given ? sequences[5 * b] : 0;
    s.q_len = given ? sequences[5 * b + 1] : p.q_len;
    s.position = given ? sequences[5 * b + 2] : p.position;
    s.k_row = given ? sequences[5 * b + 3] : 0;
    s.k_len = given ? sequences[5 * b + 4] : p.kv_len;
    return s;
}
