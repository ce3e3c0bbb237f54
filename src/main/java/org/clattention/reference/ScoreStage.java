package org.clattention.reference;

/**
 * Which intermediate [B,Hq,S,T] tensor attention returns besides its output.
 */
public enum ScoreStage {
    /** scale·QKᵀ, at masked positions too. */
    SCALED,
    /** After the softcap, at masked positions too; the scaled scores if there is no softcap. */
    SOFTCAPPED,
    /** After bias and masks; −∞ at masked positions. */
    BIASED,
    /** After the softmax; 0 at masked positions. */
    WEIGHTS;

    /**
     * The stage by its number in ONNX {@code qk_matmul_output_mode}: 0 scaled, 1 softcapped, 2 biased, 3 weights.
     *
     * @throws IllegalArgumentException for any other number
     */
    public static ScoreStage ofMode(int mode) {
        return switch (mode) {
            case 0 -> SCALED;
            case 1 -> SOFTCAPPED;
            case 2 -> BIASED;
            case 3 -> WEIGHTS;
            default -> throw new IllegalArgumentException("qk_matmul_output_mode: " + mode + " must be 0, 1, 2 or 3");
        };
    }
}
