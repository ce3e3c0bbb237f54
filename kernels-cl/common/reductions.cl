// reductions.cl: sum and maximum over a work-group of GROUP_ITEMS (a power of two) items; every item gets the result.

inline float group_reduce_max(__local float *scratch, const float value)
{
    const int item = (int)get_local_id(0);
    scratch[item] = value;
    barrier(CLK_LOCAL_MEM_FENCE);
    for (int half_width = GROUP_ITEMS / 2; half_width > 0; half_width /= 2) {
        if (item < half_width) scratch[item] = fmax(scratch[item], scratch[item + half_width]);
        barrier(CLK_LOCAL_MEM_FENCE);
    }
    const float result = scratch[0];
    barrier(CLK_LOCAL_MEM_FENCE);
    return result;
}

inline float group_reduce_sum(__local float *scratch, const float value)
{
    const int item = (int)get_local_id(0);
    scratch[item] = value;
    barrier(CLK_LOCAL_MEM_FENCE);
    for (int half_width = GROUP_ITEMS / 2; half_width > 0; half_width /= 2) {
        if (item < half_width) scratch[item] += scratch[item + half_width];
        barrier(CLK_LOCAL_MEM_FENCE);
    }
    const float result = scratch[0];
    barrier(CLK_LOCAL_MEM_FENCE);
    return result;
}
