// norm_rows.cl: LayerNorm (biased variance) or RMSNorm of each row, one work-group per row.
// in  x [rows, columns]; weight [columns]; bias [columns] if flagged
// out y [rows, columns], may be x; mean and inverse standard deviation [rows] if flagged
// build GROUP_ITEMS (power of two), ACT, OUT      launch {GROUP_ITEMS * rows} / {GROUP_ITEMS}
// The variance is summed from x - mean in a second pass: E[x^2] - mean^2 would cancel.
// include common/reductions.cl common/norm_flags.cl

__attribute__((reqd_work_group_size(GROUP_ITEMS, 1, 1)))
__kernel void norm_rows(__global const TYPE(ACT) *x, __global const float *weight, __global const float *bias,
                        __global TYPE(OUT) *y, __global float *means, __global float *inverse_deviations,
                        const int columns, const float eps, const int flags)
{
    __local float scratch[GROUP_ITEMS];
    const size_t row = get_group_id(0);
    const size_t start = row * columns;
    const int item = (int)get_local_id(0);
    float mean = 0.0f;
    if (!(flags & NORM_RMS)) {
        float sum = 0.0f;
        for (int c = item; c < columns; c += GROUP_ITEMS) sum += LOAD(ACT, x, start + (size_t)c);
        mean = group_reduce_sum(scratch, sum) / (float)columns;
    }
    float squares = 0.0f;
    for (int c = item; c < columns; c += GROUP_ITEMS) {
        const float d = LOAD(ACT, x, start + (size_t)c) - mean;
        squares = fma(d, d, squares);
    }
    const float inverse = 1.0f / sqrt(group_reduce_sum(scratch, squares) / (float)columns + eps);
    for (int c = item; c < columns; c += GROUP_ITEMS) {
        float value = (LOAD(ACT, x, start + (size_t)c) - mean) * inverse * weight[c];
        if (flags & NORM_BIAS) value += bias[c];
        STORE(OUT, y, start + (size_t)c, value);
    }
    if ((flags & NORM_STATISTICS) && item == 0) {
        means[row] = mean;
        inverse_deviations[row] = inverse;
    }
}
