// exponential.cl: 2^x in vectors, relative error below 3e-7 for x in [-126, 126]; 0 below. NaN is not kept: callers look
// for it in what they pass.

inline float16 exp2_vector(const float16 x)
{
    const float16 t = x < -126.0f ? (float16)(-126.0f) : x;
    const float16 shifted = t + 12582912.0f;  // 1.5 * 2^23: adding it rounds to an integer
    const float16 f = t - (shifted - 12582912.0f);
    float16 y = fma((float16)(1.3396410e-3f), f, (float16)(9.6180600e-3f));
    y = fma(y, f, (float16)(5.5503325e-2f));
    y = fma(y, f, (float16)(2.4022651e-1f));
    y = fma(y, f, (float16)(6.9314718e-1f));
    y = fma(y, f, (float16)(1.0f));
    const float16 scaled = as_float16(as_int16(y) + (as_int16(shifted) << 23));
    return x < -126.0f ? (float16)(0.0f) : scaled;
}
