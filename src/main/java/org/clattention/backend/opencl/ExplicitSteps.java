package org.clattention.backend.opencl;

import org.clattention.backend.AttentionStep;
import org.clattention.opencl.Buffer;

/** The products of attention with its scores in memory, for a part of the heads and rows at a time. */
interface ExplicitSteps {
    /** Makes what all parts of a call share; the parts follow. */
    void begin(AttentionStep step);

    /**
     * Scores of a range [heads, rows, keys].
     *
     * @param stage the ordinal of {@link org.clattention.ScoresStage}
     */
    void scores(AttentionStep step, HeadRange range, int stage, Buffer out);

    /** The context of a range from its weights [heads, rows, keys]. */
    void weightedValues(AttentionStep step, HeadRange range, Buffer weights);
}
