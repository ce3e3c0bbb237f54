// finish_products.cl: what a product does with its results before it stores them.
// build FINISH: NOTHING; ELEMENTS: f(y) * factor + addend; HEADS: an RMS norm of each head, then the rotary embedding
//       COLUMNS that a work-item makes, a multiple of 32; with HEADS whole heads of one target
// include common/projection.cl common/head_flags.cl common/activations.cl cpu/vectors.cl

#define NOTHING 0
#define ELEMENTS 1
#define HEADS 2

#if FINISH == ELEMENTS
#define FINISH_ARGUMENTS                                                                                              \
    , const int function, __global const float *factor, const int has_factor, __global const void *addend,            \
        const int addend_type
#define FINISH_TILE(tile, p, row0, rows, column)                                                                      \
    finish_elements(tile, p, row0, rows, column, function, has_factor ? factor : 0, addend, addend_type)
#elif FINISH == HEADS
#define FINISH_ARGUMENTS                                                                                              \
    , __global const float *norm0, __global const float *norm1, __global const float *cosines,                        \
        __global const float *sines, __global const int *positions, const finish_params f
#define FINISH_TILE(tile, p, row0, rows, column)                                                                      \
    finish_heads(tile, p, row0, rows, column, norm0, norm1, cosines, sines, positions, f)
#else
#define FINISH_ARGUMENTS
#define FINISH_TILE(tile, p, row0, rows, column)
#endif

#if FINISH == ELEMENTS
DEFINE_ACTIVATION(activation, float16)

// Elements from i on, as many as there are.
inline float16 load_some(__global const void *p, const int type, const size_t i, const int count)
{
    if (count >= 16) return load16_any(p, type, i);
    float part[16] = {0.0f};
    for (int e = 0; e < count; e++) part[e] = load_any(p, type, i + e);
    return vload16(0, part);
}

// tile [rows][COLUMNS]; factor (0: none) and addend (type -1: none) [all rows, p.columns]
inline void finish_elements(float *tile, const projection_params p, const int row0, const int rows, const int column,
                            const int function, __global const float *factor, __global const void *addend,
                            const int addend_type)
{
    for (int r = 0; r < rows; r++) {
        for (int c = 0; c < COLUMNS && column + c < p.columns; c += 16) {
            const size_t at = (size_t)(row0 + r) * p.columns + column + c;
            const int count = p.columns - column - c;
            float *y = tile + r * COLUMNS + c;
            float16 value = activation(vload16(0, y), function, 1.0f);
            if (factor) value *= load_some(factor, F32_CODE, at, count);
            if (addend_type >= 0) value += load_some(addend, addend_type, at, count);
            put16(value, 0, y);
        }
    }
}
#endif

#if FINISH == HEADS
// Filled by ProductFinish.java.
typedef struct {
    int flags0, flags1;  // of the first and second target: bits of head_flags.cl; nothing happens to a third
    int first_angle;     // table row of row 0, without positions
    int angle_batch;     // rows of the table, or of positions, from one batch entry to the next
    int dim;             // components that rotate, even
    float eps;
} finish_params;

// x = x / sqrt(mean(x^2) + eps) * norm
inline void normalize_head(float *x, const int size, __global const float *norm, const float eps)
{
    float16 sums = 0.0f;
    int c = 0;
    for (; c + 16 <= size; c += 16) {
        const float16 values = vload16(0, x + c);
        sums = fma(values, values, sums);
    }
    float squares = sum_of(sums);
    for (; c < size; c++) squares = fma(x[c], x[c], squares);
    const float scale = 1.0f / sqrt(squares / (float)size + eps);
    for (c = 0; c < size; c++) x[c] = x[c] * scale * norm[c];
}

inline void rotate_head(float *x, const int dim, const int interleaved, __global const float *cosines,
                        __global const float *sines)
{
    const int half_dim = dim / 2;
    int r = 0;
    for (; !interleaved && r + 16 <= half_dim; r += 16) {
        const float16 x0 = vload16(0, x + r), x1 = vload16(0, x + half_dim + r);
        const float16 cosine = vload16(0, cosines + r), sine = vload16(0, sines + r);
        put16(x0 * cosine - x1 * sine, 0, x + r);
        put16(x1 * cosine + x0 * sine, 0, x + half_dim + r);
    }
    for (; r < half_dim; r++) {
        const int c0 = interleaved ? 2 * r : r, c1 = interleaved ? 2 * r + 1 : r + half_dim;
        const float x0 = x[c0], x1 = x[c1];
        x[c0] = x0 * cosines[r] - x1 * sines[r];
        x[c1] = x1 * cosines[r] + x0 * sines[r];
    }
}

// tile [rows][COLUMNS]
inline void finish_heads(float *tile, const projection_params p, const int row0, const int rows, const int column,
                         __global const float *norm0, __global const float *norm1, __global const float *cosines,
                         __global const float *sines, __global const int *positions, const finish_params f)
{
    const int end0 = p.target[0].columns, end1 = end0 + p.target[1].columns;
    const int flags = column < end0 ? f.flags0 : column < end1 ? f.flags1 : 0;
    const int size = column < end0 ? p.target[0].size : p.target[1].size;
    __global const float *norm = column < end0 ? norm0 : norm1;
    if (!flags) return;
    for (int r = 0; r < rows; r++) {
        const int token = (row0 + r) / p.length * f.angle_batch + (row0 + r) % p.length;
        size_t angle = 0;
        if (flags & HAS_ROTARY) angle = (flags & HAS_POSITIONS) ? positions[token] : f.first_angle + token;
        for (int c = 0; c < COLUMNS; c += size) {
            float *head = tile + r * COLUMNS + c;
            if (flags & HAS_NORM) normalize_head(head, size, norm, f.eps);
            if (flags & HAS_ROTARY)
                rotate_head(head, f.dim, flags & INTERLEAVED, cosines + angle * (f.dim / 2), sines + angle * (f.dim / 2));
        }
    }
}
#endif
