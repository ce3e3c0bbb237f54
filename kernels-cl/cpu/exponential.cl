// exponential.cl: 2^x and tanh in vectors.

// 2^x for x <= 127, relative error below 3e-7; 0 below -126.5. NaN stays NaN, and +infinity becomes NaN.
inline float16 exp2_vector(const float16 x)
{
    const float16 t = -127.0f > x ? (float16)(-127.0f) : x;  // in this order NaN passes
    // Adding 1.5 * 2^23 rounds to an integer; 127 more makes its low bits the exponent of 2^n, all zeros for n = -127.
    const float16 shifted = t + 12583039.0f;
    const float16 f = t - (shifted - 12583039.0f);
    float16 y = fma((float16)(1.3264727e-3f), f, (float16)(9.6715130e-3f));
    y = fma(y, f, (float16)(5.5507336e-2f));
    y = fma(y, f, (float16)(2.4022242e-1f));
    y = fma(y, f, (float16)(6.9314700e-1f));
    y = fma(y, f, (float16)(1.0f));
    return y * as_float16(as_int16(shifted) << 23);
}

inline float exp2_scalar(const float x)
{
    return exp2_vector((float16)(x)).s0;
}

// Near 0 by the series of tanh, elsewhere by (1 - e) / (1 + e) with e = exp(-2|x|).
inline float16 tanh_vector(const float16 x)
{
    const float16 size = fabs(x), square = x * x;
    float16 series = fma(square, (float16)(2.1869488e-2f), (float16)(-5.3968254e-2f));
    series = fma(series, square, (float16)(1.3333333e-1f));
    series = fma(series, square, (float16)(-3.3333333e-1f));
    series = fma(series * square, x, x);
    const float16 e = exp2_vector(size * -2.8853901f);
    return size < 0.25f ? series : copysign((1.0f - e) / (1.0f + e), x);
}
