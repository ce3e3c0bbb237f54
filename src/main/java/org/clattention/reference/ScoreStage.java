package org.clattention.reference;

/**
 * Which intermediate [B,Hq,S,T] tensor attention returns besides its output; the ordinals are the values of ONNX
 * {@code qk_matmul_output_mode}.
 */
public enum ScoreStage {
    /** scale·QKᵀ, at masked positions too. */
    SCALED,
    /** After the softcap, at masked positions too; the scaled scores if there is no softcap. */
    SOFTCAPPED,
    /** After bias and masks; −∞ at masked positions. */
    BIASED,
    /** After the softmax; 0 at masked positions. */
    WEIGHTS
}
