package org.clattention.backend.opencl;

import org.clattention.DataType;
import org.clattention.backend.AttentionStep;
import org.clattention.backend.DeviceArray;
import org.clattention.backend.Lane.Scratch;
import org.clattention.opencl.Buffer;

/**
 * Attention with its scores in memory: scaled_scores, softmax, weighted_values. Scores that nobody asked for are made in
 * slices of bounded size.
 */
final class ExplicitAttention {
    /** The stage of scores that softmax takes. */
    static final int MASKED_STAGE = 2;

    private final OpenClLane lane;
    private final ExplicitSteps portable;
    private final ExplicitSteps panels;
    private final Softmax softmax;
    private final Summaries summaries;

    ExplicitAttention(OpenClLane lane) {
        this.lane = lane;
        this.portable = new PortableSteps(lane);
        this.panels = new PanelSteps(lane);
        this.softmax = new Softmax(lane);
        this.summaries = new Summaries(lane);
    }

    void run(AttentionStep step) {
        AttentionStep.Shape shape = step.shape();
        AttentionStep.Wanted wanted = step.wanted();
        HeadRange all = new HeadRange(0, shape.allHeads(), 0, shape.queryLength());
        ExplicitSteps steps = CpuPlan.takesExplicit(lane.profile(), step) ? panels : portable;
        steps.begin(step);
        if (wanted.scores() != null) {
            // Once over everything into the caller's array; the slices below make their own. Sequences have scores with
            // padding, too, before the masks, which panels do not hold.
            boolean padding =
                    wanted.scoresStage() < MASKED_STAGE && step.extras().sequences() != null;
            ExplicitSteps maker = padding ? portable : steps;
            maker.scores(step, all, wanted.scoresStage(), OpenClArray.bufferOf(wanted.scores()));
        }
        HeadRange slice = wanted.weights() != null
                ? all
                : PortablePlan.slice(lane.profile(), shape.allHeads(), shape.queryLength(), shape.keys());
        for (int head = 0; head < all.heads(); head += slice.heads()) {
            int heads = Math.min(slice.heads(), all.heads() - head);
            for (int row = 0; row < all.rows(); row += slice.rows()) {
                attend(steps, step, new HeadRange(head, heads, row, Math.min(slice.rows(), all.rows() - row)));
            }
        }
    }

    private void attend(ExplicitSteps steps, AttentionStep step, HeadRange range) {
        DeviceArray wanted = step.wanted().weights();
        long elements = (long) range.heads() * range.rows() * step.shape().keys();
        Buffer weights =
                OpenClArray.bufferOf(wanted != null ? wanted : lane.scratch(Scratch.SCORES, DataType.F32, elements));
        steps.scores(step, range, MASKED_STAGE, weights);
        softmax.run(step, range, weights);
        steps.weightedValues(step, range, weights);
        if (step.wanted().summaries()) {
            summaries.run(step, range, weights);
        }
    }
}
