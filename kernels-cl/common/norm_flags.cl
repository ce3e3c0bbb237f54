// norm_flags.cl: which norm, and what is given.

#define NORM_RMS 1
#define NORM_BIAS 2
#define NORM_STATISTICS 4
