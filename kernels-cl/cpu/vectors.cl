// vectors.cl: what the kernels of this folder share: elements of a type that is known at run time only, outside of hot
// loops, so that one build serves all types; the largest and the sum of 16; and a hint to fetch what a loop will read soon.

#define F32_CODE 0
#define F16_CODE 1
#define BF16_CODE 2
#define Q8_0_CODE 3

// PoCL's vstore16 becomes four stores of 128 bits; a store through this type is one.
typedef float16 __attribute__((aligned(4), may_alias)) unaligned16;

inline void put16(const float16 values, const int i, float *p)
{
    *(unaligned16 *)(p + 16 * i) = values;
}

inline void put16_global(const float16 values, __global float *p)
{
    *(__global unaligned16 *)p = values;
}

inline float load_any(__global const void *p, const int type, const size_t i)
{
    if (type == F32_CODE) return ((__global const float *)p)[i];
    if (type == F16_CODE) return vload_half(i, (__global const half *)p);
    if (type == Q8_0_CODE) return LOAD_Q8_0((__global const uchar *)p, i);
    return as_float((uint)((__global const ushort *)p)[i] << 16);
}

inline float16 load16_any(__global const void *p, const int type, const size_t i)
{
    if (type == F32_CODE) return vload16(0, (__global const float *)p + i);
    if (type == F16_CODE) return vload_half16(0, (__global const half *)p + i);
    return as_float16(convert_uint16(vload16(0, (__global const ushort *)p + i)) << 16);
}

inline void store_any(__global void *p, const int type, const size_t i, const float value)
{
    if (type == F32_CODE) ((__global float *)p)[i] = value;
    else if (type == F16_CODE) vstore_half_rte(value, i, (__global half *)p);
    else ((__global ushort *)p)[i] = bf16_bits(value);
}

inline void store16_any(__global void *p, const int type, const size_t i, const float16 values)
{
    if (type == F32_CODE) put16_global(values, (__global float *)p + i);
    else if (type == F16_CODE) vstore_half16_rte(values, 0, (__global half *)p + i);
    else store16_bf16((__global ushort *)p + i, values);
}

inline float largest_of(const float16 x)
{
    const float8 a = x.lo > x.hi ? x.lo : x.hi;
    const float4 b = a.lo > a.hi ? a.lo : a.hi;
    const float2 c = b.lo > b.hi ? b.lo : b.hi;
    return c.x > c.y ? c.x : c.y;
}

inline float sum_of(const float16 x)
{
    const float8 a = x.lo + x.hi;
    const float4 b = a.lo + a.hi;
    return (b.x + b.y) + (b.z + b.w);
}

// The hardware follows a stream too late for a loop that reads the second-level cache at full speed. PoCL's own prefetch()
// does nothing; its compiler has this.
#ifdef POCL_DEVICE_ADDRESS_BITS
#define PREFETCH(p) __builtin_prefetch((const void *)(ulong)(p))
// Into the second level alone: more of these can be under way at a time, as main memory needs it.
#define PREFETCH_FAR(p) __builtin_prefetch((const void *)(ulong)(p), 0, 2)
#else
#define PREFETCH(p)
#define PREFETCH_FAR(p)
#endif
