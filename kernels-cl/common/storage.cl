// storage.cl: how values lie in memory. All arithmetic is in f32; a role (ACT activations, WGT weights, ...) is
// mapped to a storage type by a build option such as -DACT=F32.
//   TYPE(ACT)            the element type of a pointer
//   LOAD(ACT, p, i)      element i as a float
//   STORE(ACT, p, i, v)  rounds v to nearest even
// f16 goes through vload_half and vstore_half, which need no cl_khr_fp16.
// q8_0 and q4_0 are blocks of 32 elements: an f16 scale, then 32 bytes, or 16 with two elements each (i and i + 16). There
// is no STORE for them: who writes blocks writes whole ones.

#define TYPE_F32 float
#define TYPE_F16 half
#define TYPE_BF16 ushort
#define TYPE_Q8_0 uchar
#define TYPE_Q4_0 uchar

#define LOAD_F32(p, i) ((p)[i])
#define LOAD_F16(p, i) vload_half((i), (p))
#define LOAD_BF16(p, i) as_float((uint)(p)[i] << 16)
#define LOAD_Q8_0(p, i) load_q8_0((p), (i))
#define LOAD_Q4_0(p, i) load_q4_0((p), (i))

#define STORE_F32(p, i, v) ((p)[i] = (v))
#define STORE_F16(p, i, v) vstore_half_rte((v), (i), (p))
#define STORE_BF16(p, i, v) ((p)[i] = bf16_bits(v))

// 16 elements at once: LOAD16(role, p, i) those from 16*i on; LOAD16_AT(role, p, i) and STORE16(role, p, i, v) from i on,
// which is a multiple of 16 for q8_0.
#define LOAD16_F32(p, i) vload16((i), (p))
#define LOAD16_F16(p, i) vload_half16((i), (p))
#define LOAD16_BF16(p, i) as_float16(convert_uint16(vload16((i), (p))) << 16)

#define LOAD16_AT_F32(p, i) vload16(0, (p) + (i))
#define LOAD16_AT_F16(p, i) vload_half16(0, (p) + (i))
#define LOAD16_AT_BF16(p, i) as_float16(convert_uint16(vload16(0, (p) + (i))) << 16)
#define LOAD16_AT_Q8_0(p, i) load16_q8_0((p), (i))

#define STORE16_F32(p, i, v) vstore16((v), 0, (p) + (i))
#define STORE16_F16(p, i, v) vstore_half16_rte((v), 0, (p) + (i))
#define STORE16_BF16(p, i, v) store16_bf16((p) + (i), (v))

#define PASTE_(a, b) a##b
#define PASTE(a, b) PASTE_(a, b)
#define TYPE(role) PASTE(TYPE_, role)
#define LOAD(role, p, i) PASTE(LOAD_, role)(p, i)
#define LOAD16(role, p, i) PASTE(LOAD16_, role)(p, i)
#define LOAD16_AT(role, p, i) PASTE(LOAD16_AT_, role)(p, i)
#define STORE16(role, p, i, v) PASTE(STORE16_, role)(p, i, v)
#define STORE(role, p, i, v) PASTE(STORE_, role)(p, i, v)

inline float load_q8_0(__global const uchar *p, const size_t i)
{
    __global const uchar *block = p + i / 32 * 34;
    return vload_half(0, (__global const half *)block) * (float)as_char(block[2 + i % 32]);
}

inline float16 load16_q8_0(__global const uchar *p, const size_t i)
{
    __global const uchar *block = p + i / 32 * 34;
    return vload_half(0, (__global const half *)block) * convert_float16(as_char16(vload16(0, block + 2 + i % 32)));
}

inline float load_q4_0(__global const uchar *p, const size_t i)
{
    __global const uchar *block = p + i / 32 * 18;
    const int pair = block[2 + i % 16];
    return vload_half(0, (__global const half *)block) * (float)((i % 32 < 16 ? pair & 15 : pair >> 4) - 8);
}

inline ushort bf16_bits(const float value)
{
    const uint bits = as_uint(value);
    const uint rounded = bits + 0x7fffu + ((bits >> 16) & 1u);
    const uint quiet_nan = bits | 0x400000u;
    return (ushort)((isnan(value) ? quiet_nan : rounded) >> 16);
}

inline void store16_bf16(__global ushort *p, const float16 values)
{
    float value[16];
    vstore16(values, 0, value);
    for (int i = 0; i < 16; i++) p[i] = bf16_bits(value[i]);
}
