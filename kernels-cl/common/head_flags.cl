// head_flags.cl: what happens to heads on their way.

#define HAS_STARTS 1
#define HAS_NORM 2
#define HAS_ROTARY 4
#define INTERLEAVED 8
#define HAS_POSITIONS 16
