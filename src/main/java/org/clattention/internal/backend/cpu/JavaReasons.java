package org.clattention.internal.backend.cpu;

import org.clattention.internal.backend.AttentionOp;
import org.clattention.internal.backend.PackedWeights;
import org.clattention.internal.backend.Reasons;
import org.clattention.internal.backend.cpu.attention.AttentionAlgorithm;
import org.clattention.internal.backend.cpu.gemm.JavaWeights;
import org.clattention.internal.backend.cpu.simd.QuantizedKernels;
import org.clattention.internal.backend.cpu.simd.VectorKernels;

/** Says why steps are done as they are. */
final class JavaReasons implements Reasons {
    static final JavaReasons INSTANCE = new JavaReasons();

    private JavaReasons() {}

    @Override
    public String product(long rows, PackedWeights weights, int firstOutput) {
        JavaWeights packed = (JavaWeights) weights;
        String blocks =
                "java, by blocks of " + VectorKernels.ROWS + " rows and panels of " + packed.panel() + " outputs";
        if (packed.quantized() != null && rows <= QuantizedKernels.FEW_ROWS) {
            return "java, by panels of " + packed.panel() + " outputs, converted from " + packed.type()
                    + " in registers, because there are at most " + QuantizedKernels.FEW_ROWS + " rows";
        }
        if (packed.inPlace()) {
            return blocks + ", read where they lie";
        }
        return blocks + ", each converted from " + packed.type() + " on the way";
    }

    @Override
    public String attention(AttentionOp step) {
        return AttentionAlgorithm.of(step).reason();
    }

    @Override
    public String headProducts() {
        return onlyWay();
    }

    @Override
    public String norm() {
        return onlyWay();
    }

    @Override
    public String onlyWay() {
        return "java, because this step has one way";
    }
}
