// read_peak.cl: reads a large array once. Each group reads STREAMS parts of its share by turns, as a product reads rows
// of weights; the items of a group read side by side.
// fill        launch {vectors}: makes every page of the array real memory; pages never written could all be one
// read_peak   in  data: groups * STREAMS * steps * GROUP_ITEMS vectors of WIDTH floats     out [items] sums
//             launch {groups * GROUP_ITEMS} / {GROUP_ITEMS}
// build WIDTH, STREAMS, GROUP_ITEMS

#define PASTE2_(a, b) a##b
#define PASTE2(a, b) PASTE2_(a, b)
#define VECTOR PASTE2(float, WIDTH)

__kernel void fill(__global VECTOR *data)
{
    data[get_global_id(0)] = (VECTOR)(0.5f);
}

__kernel __attribute__((reqd_work_group_size(GROUP_ITEMS, 1, 1)))
void read_peak(__global const VECTOR *data, __global VECTOR *out, const int steps)
{
    const size_t stream = (size_t)steps * GROUP_ITEMS;
    __global const VECTOR *share = data + get_group_id(0) * STREAMS * stream + get_local_id(0);
    VECTOR sum[STREAMS];
#pragma unroll
    for (int s = 0; s < STREAMS; s++) sum[s] = (VECTOR)(0.0f);
    for (int k = 0; k < steps; k++) {
#pragma unroll
        for (int s = 0; s < STREAMS; s++) sum[s] += share[s * stream + (size_t)k * GROUP_ITEMS];
    }
    VECTOR total = sum[0];
#pragma unroll
    for (int s = 1; s < STREAMS; s++) total += sum[s];
    out[get_global_id(0)] = total;
}
