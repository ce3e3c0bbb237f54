package org.clattention;

import java.util.OptionalDouble;

/**
 * What scaled dot-product attention does to the scores before the softmax. The order is: scale, softcap, bias and
 * masks, softmax. Meanings and defaults are those of ONNX {@code Attention} (opset 25).
 *
 * @param scale factor of QKᵀ; empty means 1/√headSize
 * @param causal a query at position p attends only to keys j ≤ p
 * @param alignment how query positions are counted
 * @param leftWindow a query at p attends only to keys j ≥ p − leftWindow; −1 means unbounded
 * @param rightWindow a query at p attends only to keys j ≤ p + rightWindow; −1 means unbounded
 * @param softcap c &gt; 0 replaces a scaled score x by c·tanh(x/c); 0 means none
 */
public record AttentionOptions(
        OptionalDouble scale,
        boolean causal,
        CausalAlignment alignment,
        int leftWindow,
        int rightWindow,
        double softcap) {

    /** Bidirectional attention, scale 1/√headSize, nothing else. */
    public static final AttentionOptions DEFAULT =
            new AttentionOptions(OptionalDouble.empty(), false, CausalAlignment.TOP_LEFT, -1, -1, 0);

    /** Checks the ranges of the options. */
    public AttentionOptions {
        if (scale.isPresent()) {
            Checks.real("scale", scale.getAsDouble());
        }
        if (leftWindow < -1) {
            throw new IllegalArgumentException("leftWindow: " + leftWindow + " must be at least -1 (-1 = unbounded)");
        }
        if (rightWindow < -1) {
            throw new IllegalArgumentException("rightWindow: " + rightWindow + " must be at least -1 (-1 = unbounded)");
        }
        Checks.notNegative("softcap", softcap);
    }

    /** The scale for queries of this head size: the one given, or 1/√headSize. */
    public double scaleFor(int headSize) {
        return scale.orElse(1 / Math.sqrt(headSize));
    }

    /** These options with another scale. */
    public AttentionOptions withScale(double newScale) {
        return new AttentionOptions(OptionalDouble.of(newScale), causal, alignment, leftWindow, rightWindow, softcap);
    }

    /** These options with or without the causal mask. */
    public AttentionOptions withCausal(boolean newCausal) {
        return new AttentionOptions(scale, newCausal, alignment, leftWindow, rightWindow, softcap);
    }

    /** These options with another alignment. */
    public AttentionOptions withAlignment(CausalAlignment newAlignment) {
        return new AttentionOptions(scale, causal, newAlignment, leftWindow, rightWindow, softcap);
    }

    /** These options with other windows; −1 means unbounded. */
    public AttentionOptions withWindow(int left, int right) {
        return new AttentionOptions(scale, causal, alignment, left, right, softcap);
    }

    /** These options with another softcap; 0 means none. */
    public AttentionOptions withSoftcap(double newSoftcap) {
        return new AttentionOptions(scale, causal, alignment, leftWindow, rightWindow, newSoftcap);
    }
}
