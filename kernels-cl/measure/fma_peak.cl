// fma_peak.cl: as many multiply-adds as the device can do: CHAINS of them by turns, so that none waits for the one before.
// in  rounds     out [items] vectors of WIDTH floats, so that the compiler cannot drop the work
// build WIDTH (floats of a vector), CHAINS, GROUP_ITEMS     launch {groups * GROUP_ITEMS} / {GROUP_ITEMS}
// does 2 * WIDTH * CHAINS * rounds operations per item

#define PASTE2_(a, b) a##b
#define PASTE2(a, b) PASTE2_(a, b)
#if WIDTH == 1
#define VECTOR float
#else
#define VECTOR PASTE2(float, WIDTH)
#endif

__kernel __attribute__((reqd_work_group_size(GROUP_ITEMS, 1, 1)))
void fma_peak(__global VECTOR *out, const int rounds)
{
    // Every chain tends to 1: no overflow, and no denormal numbers, which some devices are slow at.
    const VECTOR factor = (VECTOR)(0.999f - 0.0001f * (float)(get_group_id(0) % 8));
    const VECTOR rest = 1.0f - factor;
    VECTOR chain[CHAINS];
#pragma unroll
    for (int c = 0; c < CHAINS; c++) chain[c] = (VECTOR)((float)c);
    for (int k = 0; k < rounds; k++) {
#pragma unroll
        for (int c = 0; c < CHAINS; c++) chain[c] = fma(chain[c], factor, rest);
    }
    VECTOR sum = chain[0];
#pragma unroll
    for (int c = 1; c < CHAINS; c++) sum += chain[c];
    out[get_global_id(0)] = sum;
}
