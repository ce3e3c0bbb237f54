// packed_panel.cl: a block of rows times a panel of weights in floats.
// build ROWS, WGT, COLUMNS
// include cpu/put_sums.cl

#define AHEAD 16  // rows of a panel, and columns of a block
#define PANEL_BYTES(inner) ((inner) * 32 * (int)sizeof(TYPE(WGT)))

// a_k [inner][ROWS]; tile [ROWS][COLUMNS], its first 32 columns written
inline void multiply_panel(__global const float *a_k, __global const TYPE(WGT) *w, __global const float *bias,
                           const int inner, const int panel, float *tile)
{
    __global const TYPE(WGT) *w_k = w + (size_t)panel * inner * 32;
    float16 low[ROWS], high[ROWS];
#pragma unroll
    for (int r = 0; r < ROWS; r++) low[r] = high[r] = 0.0f;
    for (int k = 0; k < inner; k++) {
        const float16 w_low = LOAD16(WGT, w_k, 0), w_high = LOAD16(WGT, w_k, 1);
        PREFETCH(a_k + ROWS * AHEAD);
        PREFETCH(w_k + 32 * AHEAD);
        PREFETCH(w_k + 32 * AHEAD + 16);
#pragma unroll
        for (int r = 0; r < ROWS; r++) {
            low[r] = fma((float16)a_k[r], w_low, low[r]);
            high[r] = fma((float16)a_k[r], w_high, high[r]);
        }
        a_k += ROWS;
        w_k += 32;
    }
    put_sums(tile, low, high, bias, panel);
}
