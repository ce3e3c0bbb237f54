// quantized_panels.cl: reads panels of pack_quantized.
//   PANEL_BLOCK_BYTES                    a block of 32 inputs for 32 outputs: scales, then quanta
//   PANEL_SCALES(p, half)                16 scales: of the outputs 0-15 or 16-31
//   PANEL_QUANTA(low, high, p, k)        the quanta of input k for both halves, as floats

#define PANEL_BLOCK_BYTES_Q8_0 (32 * 34)
#define PANEL_BLOCK_BYTES_Q4_0 (32 * 18)
#define PANEL_BLOCK_BYTES PASTE(PANEL_BLOCK_BYTES_, WGT)
#define PANEL_SCALES(p, half_index) vload_half16((half_index), (__global const half *)(p))

#define PANEL_QUANTA(low, high, p, k) PASTE(PANEL_QUANTA_, WGT)(low, high, p, k)
#define PANEL_QUANTA_Q8_0(low, high, p, k)                                                                             \
    const float16 low = convert_float16(vload16(2 * (k), (__global const char *)(p) + 64)),                            \
                  high = convert_float16(vload16(2 * (k) + 1, (__global const char *)(p) + 64))
#define PANEL_QUANTA_Q4_0(low, high, p, k)                                                                             \
    const int16 low##_pairs = convert_int16(vload16((k), (p) + 64));                                                   \
    const float16 low = convert_float16((low##_pairs & 15) - 8), high = convert_float16((low##_pairs >> 4) - 8)
