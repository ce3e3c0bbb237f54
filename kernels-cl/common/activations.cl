// activations.cl: the activation functions of feed-forward networks, for floats or for vectors of them.
//   DEFINE_ACTIVATION(name, REAL)     defines  REAL name(REAL x, int function, float alpha)
// function: one of the numbers below; silu is x * sigmoid(alpha * x)
//
// gelu is x * erfc(-x / sqrt(2)) / 2, because erfc keeps the small tail that 1 + erf cancels; erfc z is t * exp(P(t) - z * z)
// with t = 1 / (1 + z / 2) and P fitted by scripts/erfc_fit.py, which has no branches (the built-in function has, and takes 50 times as long
// on CPUs). In the tail x * x / 2
// counts with all its bits: what its rounding took away is put back. x / (1 + e^z) is 0 for z > 88.7, where it is below 1e-36.

#define IDENTITY 0
#define RELU 1
#define GELU 2  // by the error function
#define GELU_TANH 3
#define SILU 4

#define DEFINE_ACTIVATION(name, REAL)                                                                                 \
    inline REAL name##_gelu(const REAL x)                                                                             \
    {                                                                                                                 \
        const REAL t = 1.0f / fma(fabs(x), (REAL)(0.35355338f), (REAL)(1.0f));                                        \
        REAL p = fma((REAL)(0.15518211f), t, (REAL)(-0.7367931f));                                                    \
        p = fma(p, t, (REAL)(1.2887534f));                                                                            \
        p = fma(p, t, (REAL)(-0.8723668f));                                                                           \
        p = fma(p, t, (REAL)(0.06566662f));                                                                           \
        p = fma(p, t, (REAL)(-0.07637166f));                                                                          \
        p = fma(p, t, (REAL)(0.061012886f));                                                                          \
        p = fma(p, t, (REAL)(0.38112357f));                                                                           \
        p = fma(p, t, (REAL)(0.99927235f));                                                                           \
        p = fma(p, t, (REAL)(-1.2654792f));                                                                           \
        const REAL half_x = 0.5f * x, square = half_x * x;                                                            \
        const REAL lost = square < 87.0f ? fma(half_x, x, -square) : (REAL)(0.0f);                                    \
        const REAL tail = t * exp(p) * exp(-square) * (1.0f - lost);                                                  \
        return half_x * (x > 0.0f ? 2.0f - tail : tail);                                                              \
    }                                                                                                                 \
                                                                                                                      \
    inline REAL name(const REAL x, const int function, const float alpha)                                             \
    {                                                                                                                 \
        switch (function) {                                                                                           \
        case RELU: return 0.0f >= x ? (REAL)(0.0f) : x; /* in this order NaN passes */                                \
        case GELU: return name##_gelu(x);                                                                             \
        case GELU_TANH: return x / (1.0f + exp(-1.5957691f * fma(0.044715f * x * x, x, x)));                          \
        case SILU: return x / (1.0f + exp(-alpha * x));                                                               \
        default: return x;                                                                                            \
        }                                                                                                             \
    }
