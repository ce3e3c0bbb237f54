package org.clattention;

/** Which scores to return: after which step on their way into the softmax. */
public enum ScoresStage {
    /** QKᵀ times the scale. */
    SCALED,
    /** After the softcap. */
    CAPPED,
    /** After bias and masks: −∞ where a query may not attend. */
    MASKED
}
