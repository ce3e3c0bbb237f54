package org.clattention.backend.java;

import org.clattention.backend.AttentionStep;
import org.clattention.backend.PackedWeights;
import org.clattention.backend.Reasons;

/** Says why steps are done as they are. */
final class JavaReasons implements Reasons {
    static final JavaReasons INSTANCE = new JavaReasons();

    private JavaReasons() {}

    @Override
    public String product(long rows, PackedWeights weights, int firstOutput) {
        JavaWeights packed = (JavaWeights) weights;
        String blocks = "java, by blocks of " + Loops.ROWS + " rows and panels of " + packed.panel() + " outputs";
        if (packed.quantized() != null && rows <= QuantaLoops.FEW_ROWS) {
            return "java, by panels of " + packed.panel() + " outputs, converted from " + packed.type()
                    + " in registers, because there are at most " + QuantaLoops.FEW_ROWS + " rows";
        }
        if (packed.inPlace()) {
            return blocks + ", read where they lie";
        }
        return blocks + ", each converted from " + packed.type() + " on the way";
    }

    @Override
    public String attention(AttentionStep step) {
        return AttentionWay.of(step).reason();
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
