// store.cl: what the kernels that store heads have in common. Filled by Rows.java.
// include common/views.cl common/head_flags.cl

typedef struct {
    int rows, size;
    int flags;         // the bits of head_flags.cl
    int first_source;  // row of the source that is row 0 here
    int first_target;  // position at which row 0 is stored
    int first_angle;   // table row of row 0, without positions
    int angle_batch;   // rows of the table, or of positions, from one batch entry to the next
    int dim;           // components that rotate, even
    float eps;
    rows_t source_rows, target_rows;
    view_t source, target;
} store_params;

// The factor of a row's RMS norm; 1 without one.
inline float row_scale(__global const TYPE(SRC) *source, const size_t from, const store_params p)
{
    if (!(p.flags & HAS_NORM)) return 1.0f;
    float squares = 0.0f;
    for (int c = 0; c < p.size; c++) {
        const float x = LOAD(SRC, source, from + (size_t)c);
        squares = fma(x, x, squares);
    }
    return 1.0f / sqrt(squares / (float)p.size + p.eps);
}
