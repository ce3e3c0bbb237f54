package org.clattention.internal.backend.cpu.simd;

import static org.clattention.internal.backend.cpu.simd.ScalarMath.E0;
import static org.clattention.internal.backend.cpu.simd.ScalarMath.E1;
import static org.clattention.internal.backend.cpu.simd.ScalarMath.E2;
import static org.clattention.internal.backend.cpu.simd.ScalarMath.E3;
import static org.clattention.internal.backend.cpu.simd.ScalarMath.E4;
import static org.clattention.internal.backend.cpu.simd.ScalarMath.E5;
import static org.clattention.internal.backend.cpu.simd.ScalarMath.EXP_MIN;
import static org.clattention.internal.backend.cpu.simd.ScalarMath.LN2_HIGH;
import static org.clattention.internal.backend.cpu.simd.ScalarMath.LN2_LOW;
import static org.clattention.internal.backend.cpu.simd.ScalarMath.LOG2_E;
import static org.clattention.internal.backend.cpu.simd.ScalarMath.ROUND_TO_EXPONENT;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.clattention.config.Activation;

/** The functions of {@link ScalarMath} on vectors. */
final class SimdMath {
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;

    /** The limit of what exp takes; its square is infinite. */
    private static final float LARGE = 88f;

    private SimdMath() {}

    private static FloatVector all(float value) {
        return FloatVector.broadcast(F, value);
    }

    /** e^x; 0 below −87.3. For x ≤ 88; NaN stays NaN. */
    static FloatVector exp(FloatVector x) {
        FloatVector shifted = x.fma(all(LOG2_E), all(ROUND_TO_EXPONENT));
        FloatVector n = shifted.sub(ROUND_TO_EXPONENT);
        FloatVector r = n.fma(all(-LN2_LOW), n.fma(all(-LN2_HIGH), x));
        FloatVector p = all(E5).fma(r, all(E4))
                .fma(r, all(E3))
                .fma(r, all(E2))
                .fma(r, all(E1))
                .fma(r, all(E0));
        FloatVector y = p.fma(r.mul(r), r).add(1);
        IntVector exponent = shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
        // A product, so that NaN stays NaN whatever its bits.
        return y.mul(exponent.reinterpretAsFloats()).blend(0, x.compare(VectorOperators.LT, EXP_MIN));
    }

    static FloatVector tanh(FloatVector x) {
        FloatVector magnitude = x.abs();
        FloatVector z = x.mul(x);
        FloatVector p = all(-0.0057049887f)
                .fma(z, all(0.020639088f))
                .fma(z, all(-0.053739715f))
                .fma(z, all(0.13331442f))
                .fma(z, all(-0.3333328f));
        FloatVector small = p.mul(z).fma(x, x);
        FloatVector clamped = magnitude.blend(20, magnitude.compare(VectorOperators.GT, 20));
        FloatVector y = all(1).sub(all(2).div(exp(clamped.add(clamped)).add(1)));
        FloatVector large = y.blend(y.neg(), x.compare(VectorOperators.LT, 0));
        return large.blend(small, magnitude.compare(VectorOperators.LT, 0.625f));
    }

    /** A function by its code: 0 identity, 1 ReLU, 2 GELU, 3 its tanh form, 4 SiLU. */
    static FloatVector activation(FloatVector x, Activation function, float alpha) {
        return switch (function) {
            case RELU -> x.blend(0, x.compare(VectorOperators.LE, 0));
            case GELU -> gelu(x);
            case GELU_TANH ->
                overOnePlusExp(x, x.mul(x).mul(0.044715f).fma(x, x).mul(-1.5957692f));
            case SILU -> overOnePlusExp(x, x.mul(-alpha));
        };
    }

    /** x / (1 + e^z); e^z as a square overflows to infinity where it should. */
    private static FloatVector overOnePlusExp(FloatVector x, FloatVector z) {
        FloatVector half = z.mul(0.5f);
        FloatVector root = exp(half.blend(LARGE, half.compare(VectorOperators.GT, LARGE)));
        return x.div(root.fma(root, all(1)));
    }

    /** x·erfc(−x/√2)/2; see {@link ScalarMath}. The square is kept in two parts, for the tail's sake. */
    private static FloatVector gelu(FloatVector x) {
        FloatVector z = x.mul(-0.70710677f);
        FloatVector m = z.abs();
        FloatVector t = all(1).div(m.fma(all(0.5f), all(1)));
        FloatVector p = all(0.15518211f)
                .fma(t, all(-0.7367931f))
                .fma(t, all(1.2887534f))
                .fma(t, all(-0.8723668f))
                .fma(t, all(0.06566662f))
                .fma(t, all(-0.07637166f))
                .fma(t, all(0.061012886f))
                .fma(t, all(0.38112357f))
                .fma(t, all(0.99927235f))
                .fma(t, all(-1.2654792f));
        // x² / 2 from x itself: the rounding of z would count many times in the tail.
        FloatVector square = x.mul(x).mul(0.5f);
        FloatVector exactly = x.mul(0.5f).fma(x, square.neg());
        FloatVector rest = exactly.blend(0, square.compare(VectorOperators.GT, -EXP_MIN));
        FloatVector tail = t.mul(exp(p)).mul(exp(square.neg())).mul(all(1).sub(rest));
        FloatVector erfc = tail.blend(all(2).sub(tail), z.compare(VectorOperators.LT, 0));
        return x.mul(0.5f).mul(erfc);
    }
}
