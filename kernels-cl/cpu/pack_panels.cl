// pack_panels.cl: weight rows as the products of this folder read them: panels of 32 outputs, [ceil(outputs/32)][inner][32].
// in  source [rows, inner], a part of the matrix; rows beyond `rows` are zeros
// out panels; row i of the part is output first_row + i
// build WGT     launch {rows and padding, ceil(inner/256)} items

__kernel void pack_panels(__global const TYPE(WGT) *source, __global TYPE(WGT) *panels, const int first_row,
                          const int rows, const int inner)
{
    const int i = (int)get_global_id(0), n = first_row + i;
    const int k_end = min(inner, ((int)get_global_id(1) + 1) * 256);
    for (int k = (int)get_global_id(1) * 256; k < k_end; k++) {
        const size_t to = ((size_t)(n / 32) * inner + k) * 32 + n % 32;
        STORE(WGT, panels, to, i < rows ? LOAD(WGT, source, (size_t)i * inner + k) : 0.0f);
    }
}
