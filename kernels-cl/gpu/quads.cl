// quads.cl: four neighbouring elements at a time, from and to global and local memory.
// build WIDTH: 4 if all rows begin at multiples of 4 elements and are multiples of 4 long, so that quads are aligned and
//       whole; else 1, and elements go one by one

#define LOAD4_F32(p, i) (*(__global const float4 *)((p) + (i)))
#define LOAD4_F16(p, i) vloada_half4(0, (p) + (i))
#define LOAD4_BF16(p, i) as_float4(convert_uint4(*(__global const ushort4 *)((p) + (i))) << 16)

#define STORE4_F32(p, i, v) (*(__global float4 *)((p) + (i)) = (v))
#define STORE4_F16(p, i, v) vstorea_half4_rte((v), 0, (p) + (i))
#define STORE4_BF16(p, i, v) \
    (*(__global ushort4 *)((p) + (i)) = (ushort4)(bf16_bits((v).x), bf16_bits((v).y), bf16_bits((v).z), bf16_bits((v).w)))

#define LOAD4(role, p, i) PASTE(LOAD4_, role)(p, i)
#define STORE4(role, p, i, v) PASTE(STORE4_, role)(p, i, v)

// Four floats of local memory, from a multiple of four on.
#define LOCAL4(p) (*(__local const float4 *)(p))
#define LOCAL4_ARRAY __local __attribute__((aligned(16))) float

// Defines NAME(p, at, left): elements at, ..., at + 3 of a row of which `left` remain; zeros beyond its end.
#define DEFINE_LOAD_QUAD(NAME, ROLE)                                                             \
    inline float4 NAME(__global const TYPE(ROLE) *p, const size_t at, const int left)            \
    {                                                                                            \
        float4 quad = (float4)(0.0f);                                                            \
        if (WIDTH == 4) {                                                                        \
            if (left > 0) quad = LOAD4(ROLE, p, at);                                             \
            return quad;                                                                         \
        }                                                                                        \
        if (left > 0) quad.x = LOAD(ROLE, p, at);                                                \
        if (left > 1) quad.y = LOAD(ROLE, p, at + 1);                                            \
        if (left > 2) quad.z = LOAD(ROLE, p, at + 2);                                            \
        if (left > 3) quad.w = LOAD(ROLE, p, at + 3);                                            \
        return quad;                                                                             \
    }

// Defines NAME(p, at, left, quad): the reverse.
#define DEFINE_STORE_QUAD(NAME, ROLE)                                                            \
    inline void NAME(__global TYPE(ROLE) *p, const size_t at, const int left, const float4 quad) \
    {                                                                                            \
        if (WIDTH == 4) {                                                                        \
            if (left > 0) STORE4(ROLE, p, at, quad);                                             \
            return;                                                                              \
        }                                                                                        \
        if (left > 0) STORE(ROLE, p, at, quad.x);                                                \
        if (left > 1) STORE(ROLE, p, at + 1, quad.y);                                            \
        if (left > 2) STORE(ROLE, p, at + 2, quad.z);                                            \
        if (left > 3) STORE(ROLE, p, at + 3, quad.w);                                            \
    }

// A quad of a row goes into a transposed tile: component c of row r lies at c * stride + r.
inline void put_transposed(__local float *tile, const int stride, const int r, const int c, const float4 quad)
{
    tile[c * stride + r] = quad.x;
    tile[(c + 1) * stride + r] = quad.y;
    tile[(c + 2) * stride + r] = quad.z;
    tile[(c + 3) * stride + r] = quad.w;
}

// acc[m] += rows[m] * columns: sixteen results from eight numbers.
inline void multiply_quads(float4 *acc, const float4 rows, const float4 columns)
{
    acc[0] = fma((float4)(rows.x), columns, acc[0]);
    acc[1] = fma((float4)(rows.y), columns, acc[1]);
    acc[2] = fma((float4)(rows.z), columns, acc[2]);
    acc[3] = fma((float4)(rows.w), columns, acc[3]);
}
