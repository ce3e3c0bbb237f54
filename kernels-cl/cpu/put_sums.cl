// put_sums.cl: how products leave the registers.
// build ROWS, COLUMNS
// include cpu/vectors.cl

// 32 sums of each of ROWS rows, with the bias of their columns if there is one, into the first columns of a tile
// [ROWS][COLUMNS].
inline void put_sums(float *tile, const float16 *low, const float16 *high, __global const float *bias, const int panel)
{
    float16 bias_low = 0.0f, bias_high = 0.0f;
    if (bias) {
        bias_low = vload16(0, bias + panel * 32);
        bias_high = vload16(1, bias + panel * 32);
    }
#pragma unroll
    for (int r = 0; r < ROWS; r++) {
        put16(low[r] + bias_low, 0, tile + r * COLUMNS);
        put16(high[r] + bias_high, 1, tile + r * COLUMNS);
    }
}
