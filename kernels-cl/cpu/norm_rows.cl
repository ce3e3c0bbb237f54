// norm_rows.cl: LayerNorm (biased variance) or RMSNorm of each row, 16 columns at a time.
// in  x [rows, columns] of type x_type; weight [columns]; bias [columns] if flagged
// out y [rows, columns] of type y_type, may be x; mean and inverse standard deviation [rows] if flagged
// build nothing     launch {rows} single work-items
// The variance is summed from x - mean in a second pass: E[x^2] - mean^2 would cancel.
// include common/norm_flags.cl cpu/vectors.cl

// What a row's elements give in sum, or the squares of their distances from a mean.
inline float sum_row(__global const void *x, const int type, const size_t start, const int columns, const float mean,
                     const int squared)
{
    float16 sums = 0.0f;
    int c = 0;
    for (; c + 16 <= columns; c += 16) {
        const float16 d = load16_any(x, type, start + c) - mean;
        sums = squared ? fma(d, d, sums) : sums + d;
    }
    float sum = sum_of(sums);
    for (; c < columns; c++) {
        const float d = load_any(x, type, start + c) - mean;
        sum = squared ? fma(d, d, sum) : sum + d;
    }
    return sum;
}

__kernel __attribute__((reqd_work_group_size(1, 1, 1)))
void norm_rows(__global const void *x, const int x_type, __global const float *weight, __global const float *bias,
               __global void *y, const int y_type, __global float *means, __global float *inverse_deviations,
               const int columns, const float eps, const int flags)
{
    const size_t row = get_group_id(0), start = row * columns;
    const float mean = (flags & NORM_RMS) ? 0.0f : sum_row(x, x_type, start, columns, 0.0f, 0) / (float)columns;
    const float variance = sum_row(x, x_type, start, columns, mean, 1) / (float)columns;
    const float inverse = 1.0f / sqrt(variance + eps);
    int c = 0;
    for (; c + 16 <= columns; c += 16) {
        float16 value = (load16_any(x, x_type, start + c) - mean) * inverse * vload16(0, weight + c);
        if (flags & NORM_BIAS) value += vload16(0, bias + c);
        store16_any(y, y_type, start + c, value);
    }
    for (; c < columns; c++) {
        float value = (load_any(x, x_type, start + c) - mean) * inverse * weight[c];
        if (flags & NORM_BIAS) value += bias[c];
        store_any(y, y_type, start + c, value);
    }
    if (flags & NORM_STATISTICS) {
        means[row] = mean;
        inverse_deviations[row] = inverse;
    }
}
