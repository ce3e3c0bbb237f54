// elementwise.cl: activations, gates and residual sums.
//   activate   out = f(a)
//   gate       out = f(a) * b
//   add        out = a + b
// build A, B, OUT     launch {n} items
// f by its number, see activations.cl
// include common/activations.cl

DEFINE_ACTIVATION(activation, float)

__kernel void activate(__global const TYPE(A) *a, __global TYPE(OUT) *out, const int function, const float alpha)
{
    const size_t i = get_global_id(0);
    STORE(OUT, out, i, activation(LOAD(A, a, i), function, alpha));
}

__kernel void gate(__global const TYPE(A) *a, __global const TYPE(B) *b, __global TYPE(OUT) *out, const int function)
{
    const size_t i = get_global_id(0);
    STORE(OUT, out, i, activation(LOAD(A, a, i), function, 1.0f) * LOAD(B, b, i));
}

__kernel void add(__global const TYPE(A) *a, __global const TYPE(B) *b, __global TYPE(OUT) *out)
{
    const size_t i = get_global_id(0);
    STORE(OUT, out, i, LOAD(A, a, i) + LOAD(B, b, i));
}
