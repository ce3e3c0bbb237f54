// end_row.cl: from the largest score and the sum to what a row needs at its end.
// include common/attention_params.cl

#define LOG2_E 1.4426950408889634f

// 2^x; nothing for -inf, of which some devices' exp2 makes NaN.
inline float power_of_2(const float x) { return x < -150.0f ? 0.0f : exp2(x); }

// Ends a row in base 2: `largest` score and `sum` of exp2(score - largest), then the sink. Gives the factor that makes
// weights of what has been summed, and the natural log-sum-exp. What is not finite shows in the sum.
typedef struct {
    float factor, log_sum_exp, sum;
} row_end;

inline row_end end_row(const attention_params p, __global const float *sinks, const int h, const float largest,
                       const float sum)
{
    const int nothing = largest == -INFINITY;
    float shift = nothing ? 0.0f : largest, scale = 1.0f;
    row_end end;
    end.sum = sum;
    if (p.flags & HAS_SINKS) {
        const float sink = sinks[h] * LOG2_E;
        const float larger = nothing ? sink : fmax(shift, sink);
        scale = nothing ? 0.0f : power_of_2(shift - larger);
        end.sum = sum * scale + power_of_2(sink - larger);
        shift = larger;
    }
    end.factor = end.sum == 0.0f ? 0.0f : scale / end.sum;
    end.log_sum_exp = nothing ? -INFINITY : (shift + log2(end.sum)) / LOG2_E;
    return end;
}
