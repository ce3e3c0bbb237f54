package org.clattention.config;

/** Which scores to return: after which step on their way into the softmax. */
public enum ScoresStage {
    /** QKᵀ times the scale. */
    SCALED(0),
    /** After the softcap. */
    CAPPED(1),
    /** After bias and masks: −∞ where a query may not attend. */
    MASKED(2);

    private final int code;

    ScoresStage(int code) {
        this.code = code;
    }

    /** The number that kernels know the stage by; the mode of ONNX {@code qk_matmul_output_mode}. */
    public int code() {
        return code;
    }
}
