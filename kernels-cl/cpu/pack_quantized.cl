// pack_quantized.cl: weight rows in blocks as the quantized products of this folder read them: panels of 32 outputs. Per
// panel and block of 32 inputs: 32 scales f16, then [32 inputs][32 outputs] quanta; a byte each for q8_0, and for q4_0 16
// bytes per input, byte c with output c in its lower and output c + 16 in its upper half.
// in  source [rows][inner/32] blocks, a part of the matrix; outputs beyond `rows`, up to `items`, are zeros
// out panels; row i of the part is output first_row + i; what belongs to other outputs stays as it is
// build WGT     launch {16 for each panel touched, inner/32} items

#define BLOCK_BYTES_Q8_0 34
#define BLOCK_BYTES_Q4_0 18
#define BLOCK_BYTES PASTE(BLOCK_BYTES_, WGT)
#define COPY_QUANTA PASTE(copy_, WGT)

inline void copy_Q8_0(__global const uchar *from, __global uchar *to, const int column)
{
    for (int k = 0; k < 32; k++) to[k * 32 + column] = from ? from[k] : 0;
}

inline void copy_Q4_0(__global const uchar *from, __global uchar *to, const int column)
{
    for (int k = 0; k < 32; k++) {
        const uchar pair = from ? from[k % 16] : 0x88;
        const uchar quantum = k < 16 ? pair & 15 : pair >> 4;
        __global uchar *at = to + k * 16 + column % 16;
        *at = column < 16 ? (*at & 0xf0) | quantum : (*at & 0x0f) | (uchar)(quantum << 4);
    }
}

__kernel void pack_quantized(__global const uchar *source, __global uchar *panels, const int first_row, const int rows,
                             const int items, const int inner)
{
    const int panel = first_row / 32 + (int)get_global_id(0) / 16, block = (int)get_global_id(1), blocks = inner / 32;
    __global uchar *out = panels + ((size_t)panel * blocks + block) * (32 * BLOCK_BYTES);
    // Both outputs that share a byte go to one work-item.
    for (int column = (int)get_global_id(0) % 16; column < 32; column += 16) {
        const int i = panel * 32 + column - first_row;
        if (i < 0 || i >= items) continue;
        __global const uchar *from = source + ((size_t)i * blocks + block) * BLOCK_BYTES;
        __global ushort *scale = (__global ushort *)out + column;
        *scale = i < rows ? *(__global const ushort *)from : 0;
        COPY_QUANTA(i < rows ? from + 2 : 0, out + 64, column);
    }
}
