// row_panel.cl: a few rows times a panel of weights in floats: reads each weight once, so it runs at the speed of memory.
// build ROWS, WGT, COLUMNS
// include cpu/put_sums.cl

#define CHUNK 512  // inputs at a time
#define AHEAD (4096 / (int)sizeof(TYPE(WGT)))  // weights
#define FAR (4 * AHEAD)

// x: `rows` rows of type x_type from element x_start on, x_row apart, at most ROWS (those beyond the last repeat it);
// w: panels; tile [ROWS][COLUMNS], its first 32 columns written
inline void multiply_panel(__global const void *x, const int x_type, const size_t x_start, const size_t x_row,
                           const int rows, __global const TYPE(WGT) *w, __global const float *bias, const int inner,
                           const int panel, float *tile)
{
    __global const TYPE(WGT) *w_k = w + (size_t)panel * inner * 32;
    // Two sums by turns: one alone would wait for its own latency.
    float16 low[2][ROWS], high[2][ROWS];
#pragma unroll
    for (int r = 0; r < ROWS; r++) low[0][r] = high[0][r] = low[1][r] = high[1][r] = 0.0f;
    // Inputs go through a small array: there they are floats, side by side.
    float a[ROWS * CHUNK];
    for (int k0 = 0; k0 < inner; k0 += CHUNK) {
        const int count = min(CHUNK, inner - k0);
        for (int r = 0; r < ROWS; r++)
            for (int i = 0; i < count; i++)
                a[i * ROWS + r] = load_any(x, x_type, x_start + min(r, rows - 1) * x_row + k0 + i);
        int i = 0;
        for (; i + 2 <= count; i += 2) {
            PREFETCH(w_k + AHEAD);
            PREFETCH_FAR(w_k + FAR);
            PREFETCH(w_k + AHEAD + 64 / sizeof(TYPE(WGT)));
            PREFETCH_FAR(w_k + FAR + 64 / sizeof(TYPE(WGT)));
            if (sizeof(TYPE(WGT)) == 4) {
                PREFETCH(w_k + AHEAD + 32);
                PREFETCH_FAR(w_k + FAR + 32);
                PREFETCH(w_k + AHEAD + 48);
                PREFETCH_FAR(w_k + FAR + 48);
            }
#pragma unroll
            for (int t = 0; t < 2; t++) {
                const float16 w_low = LOAD16(WGT, w_k, 2 * t), w_high = LOAD16(WGT, w_k, 2 * t + 1);
#pragma unroll
                for (int r = 0; r < ROWS; r++) {
                    low[t][r] = fma((float16)a[(i + t) * ROWS + r], w_low, low[t][r]);
                    high[t][r] = fma((float16)a[(i + t) * ROWS + r], w_high, high[t][r]);
                }
            }
            w_k += 64;
        }
        if (i < count) {
            const float16 w_low = LOAD16(WGT, w_k, 0), w_high = LOAD16(WGT, w_k, 1);
#pragma unroll
            for (int r = 0; r < ROWS; r++) {
                low[0][r] = fma((float16)a[i * ROWS + r], w_low, low[0][r]);
                high[0][r] = fma((float16)a[i * ROWS + r], w_high, high[0][r]);
            }
            w_k += 32;
        }
    }
#pragma unroll
    for (int r = 0; r < ROWS; r++) {
        low[0][r] += low[1][r];
        high[0][r] += high[1][r];
    }
    put_sums(tile, low[0], high[0], bias, panel);
}
