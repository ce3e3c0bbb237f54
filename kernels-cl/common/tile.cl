// tile.cl: one TILE_M x TILE_N tile of C = A * B^T by a work-group of GROUP_N x GROUP_M items, TILE_K columns at a time
// through local memory. A tile lies transposed, [TILE_K][TILE + 1]: neighbours of the inner loop are neighbours in
// memory, and the odd stride keeps the stores of a row out of one bank.
// build TILE_M TILE_N TILE_K GROUP_M GROUP_N; TILE_M = ITEM_M * GROUP_M, TILE_N = ITEM_N * GROUP_N
// include common/panels.cl

#define ITEM_M (TILE_M / GROUP_M)
#define ITEM_N (TILE_N / GROUP_N)
#define GROUP_ITEMS (GROUP_M * GROUP_N)
#define TILE_GROUP __attribute__((reqd_work_group_size(GROUP_N, GROUP_M, 1)))

inline int tile_item(void) { return (int)(get_local_id(1) * GROUP_N + get_local_id(0)); }

// The row or column of the tile that belongs to this item's m-th or n-th result: items interleave, so that
// neighbouring items write neighbouring columns.
inline int tile_row(const int m) { return m * GROUP_M + (int)get_local_id(1); }
inline int tile_column(const int n) { return n * GROUP_N + (int)get_local_id(0); }

// Defines NAME(tile, width, matrix, start, stride, first_row, rows, first_k, inner): copies rows first_row ... and
// columns first_k ... of a row-major matrix into a tile; zeros outside of rows x inner.
#define DEFINE_LOAD_ROWS(NAME, ROLE)                                                                                  \
    inline void NAME(__local float *tile, const int width, __global const TYPE(ROLE) *matrix, const size_t start,    \
                     const size_t stride, const int first_row, const int rows, const int first_k, const int inner)   \
    {                                                                                                                 \
        for (int e = tile_item(); e < width * TILE_K; e += GROUP_ITEMS) {                                             \
            const int r = e / TILE_K, c = e % TILE_K;                                                                 \
            const int row = first_row + r, column = first_k + c;                                                      \
            const int inside = row < rows && column < inner;                                                          \
            tile[c * (width + 1) + r] =                                                                               \
                inside ? LOAD(ROLE, matrix, start + (size_t)row * stride + (size_t)column) : 0.0f;                    \
        }                                                                                                             \
    }

// Defines NAME(tile, weights, first_output, column0, columns, first_k, inner): copies a tile of a weight matrix, which lies
// in rows [outputs][inner] or, with PANELS = 1, in panels (panels.cl).
#define DEFINE_LOAD_WEIGHTS(NAME, ROLE)                                                                               \
    inline void NAME(__local float *tile, __global const TYPE(ROLE) *weights, const int first_output,                \
                     const int column0, const int columns, const int first_k, const int inner)                       \
    {                                                                                                                 \
        for (int e = tile_item(); e < TILE_N * TILE_K; e += GROUP_ITEMS) {                                            \
            const int n = column0 + e / TILE_K, k = first_k + e % TILE_K;                                             \
            const size_t output = first_output + n;                                                                   \
            float value = 0.0f;                                                                                       \
            if (n < columns && k < inner)                                                                             \
                value = PANELS ? LOAD_PANEL(ROLE, weights, inner, output, k)                                          \
                               : LOAD(ROLE, weights, output * inner + k);                                             \
            tile[(e % TILE_K) * (TILE_N + 1) + e / TILE_K] = value;                                                   \
        }                                                                                                             \
    }

// acc += A tile * B tile
inline void multiply_tiles(__local const float *a, __local const float *b, float acc[ITEM_M][ITEM_N])
{
    for (int k = 0; k < TILE_K; k++) {
        float a_k[ITEM_M], b_k[ITEM_N];
        for (int m = 0; m < ITEM_M; m++) a_k[m] = a[k * (TILE_M + 1) + tile_row(m)];
        for (int n = 0; n < ITEM_N; n++) b_k[n] = b[k * (TILE_N + 1) + tile_column(n)];
        for (int m = 0; m < ITEM_M; m++)
            for (int n = 0; n < ITEM_N; n++) acc[m][n] = fma(a_k[m], b_k[n], acc[m][n]);
    }
}

inline void clear_accumulators(float acc[ITEM_M][ITEM_N])
{
    for (int m = 0; m < ITEM_M; m++)
        for (int n = 0; n < ITEM_N; n++) acc[m][n] = 0.0f;
}
