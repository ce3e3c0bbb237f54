// copy_heads.cl: copies [batch, heads, rows, size] from one view into another: appends to a cache, changes a layout.
// in  source by its view     out target by its view
// build ACT, OUT             launch {size, rows, batch * heads} items, rounded up by the driver's choice of groups

typedef struct {
    int heads, rows, size;
    view_t from, to;
} copy_params;

__kernel void copy_heads(__global const TYPE(ACT) *source, __global TYPE(OUT) *target, const copy_params p)
{
    const int c = (int)get_global_id(0), row = (int)get_global_id(1);
    const int b = (int)get_global_id(2) / p.heads, h = (int)get_global_id(2) % p.heads;
    const float value = LOAD(ACT, source, view_index(p.from, b, h, row) + c);
    STORE(OUT, target, view_index(p.to, b, h, row) + c, value);
}
