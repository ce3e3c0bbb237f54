package org.clattention.internal.backend.opencl.attention;

import org.clattention.internal.backend.AttentionOp;
import org.clattention.internal.backend.opencl.plan.HeadRange;
import org.clattention.internal.cl.Buffer;

/** The products of attention with its scores in memory, for a part of the heads and rows at a time. */
interface MaterializedSteps {
    /** Makes what all parts of a call share; the parts follow. */
    void begin(AttentionOp step);

    /**
     * Scores of a range [heads, rows, keys].
     *
     * @param stage the ordinal of {@link org.clattention.config.ScoresStage}
     */
    void scores(AttentionOp step, HeadRange range, int stage, Buffer out);

    /** The context of a range from its weights [heads, rows, keys]. */
    void weightedValues(AttentionOp step, HeadRange range, Buffer weights);
}
