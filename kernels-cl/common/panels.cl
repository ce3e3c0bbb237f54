// panels.cl: single elements of weights in panels of 32 outputs, for kernels that read weights in any layout.
//   LOAD_PANEL(WGT, p, inner, output, k)   [ceil(outputs/32)][inner][32]; in blocks as pack_quantized.cl has it

#define LOAD_PANEL(role, p, inner, output, k) PASTE(LOAD_PANEL_, role)(p, inner, output, k)
#define PANEL_INDEX(inner, output, k) (((output) / 32 * (size_t)(inner) + (size_t)(k)) * 32 + (output) % 32)
#define LOAD_PANEL_F32(p, inner, output, k) LOAD_F32(p, PANEL_INDEX(inner, output, k))
#define LOAD_PANEL_F16(p, inner, output, k) LOAD_F16(p, PANEL_INDEX(inner, output, k))
#define LOAD_PANEL_BF16(p, inner, output, k) LOAD_BF16(p, PANEL_INDEX(inner, output, k))
#define LOAD_PANEL_Q8_0(p, inner, output, k) load_panel_q8_0(p, inner, output, k)
#define LOAD_PANEL_Q4_0(p, inner, output, k) load_panel_q4_0(p, inner, output, k)

inline float load_panel_q8_0(__global const uchar *p, const int inner, const size_t output, const int k)
{
    __global const uchar *block = p + (output / 32 * (inner / 32) + k / 32) * (32 * 34);
    const float q = (float)as_char(block[64 + k % 32 * 32 + output % 32]);
    return vload_half(output % 32, (__global const half *)block) * q;
}

inline float load_panel_q4_0(__global const uchar *p, const int inner, const size_t output, const int k)
{
    __global const uchar *block = p + (output / 32 * (inner / 32) + k / 32) * (32 * 18);
    const int pair = block[64 + k % 32 * 16 + output % 16];
    const float q = (float)((output % 32 < 16 ? pair & 15 : pair >> 4) - 8);
    return vload_half(output % 32, (__global const half *)block) * q;
}
