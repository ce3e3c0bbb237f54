// quantized_panels.cl: reads panels of pack_quantized.
//   PANEL_BLOCK_BYTES                    a block of 32 inputs for 32 outputs: scales, then quanta
//   PANEL_SCALES(p, upper)               the scales of the outputs 0-15, or 16-31 if upper is 1
//   PANEL_QUANTA(low, high, p, k)        the quanta of input k for both halves, as floats
//
// q4_0: with 0x4b000000 the bits of n are those of the float 2^23 + n, so that an "or" and a subtraction make n - 8, without a
// conversion. The upper half stays where it is, 16 times too large; its scales make up for it.

#define PANEL_BLOCK_BYTES_Q8_0 (32 * 34)
#define PANEL_BLOCK_BYTES_Q4_0 (32 * 18)
#define PANEL_BLOCK_BYTES PASTE(PANEL_BLOCK_BYTES_, WGT)

#define PANEL_UPPER_Q8_0 1.0f
#define PANEL_UPPER_Q4_0 0.0625f
#define PANEL_SCALES(p, upper)                                                                                        \
    (vload_half16((upper), (__global const half *)(p)) * ((upper) ? PASTE(PANEL_UPPER_, WGT) : 1.0f))

#define PANEL_QUANTA(low, high, p, k) PASTE(PANEL_QUANTA_, WGT)(low, high, p, k)
#define PANEL_QUANTA_Q8_0(low, high, p, k)                                                                            \
    const float16 low = convert_float16(vload16(2 * (k), (__global const char *)(p) + 64)),                           \
                  high = convert_float16(vload16(2 * (k) + 1, (__global const char *)(p) + 64))
#define PANEL_QUANTA_Q4_0(low, high, p, k)                                                                            \
    const uint16 low##_pairs = convert_uint16(vload16((k), (p) + 64));                                                \
    const float16 low = as_float16((low##_pairs & 0x0fu) | 0x4b000000u) - (0x1p23f + 8.0f),                           \
                  high = as_float16((low##_pairs & 0xf0u) | 0x4b000000u) - (0x1p23f + 128.0f)
