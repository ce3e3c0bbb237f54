package org.clattention.internal.backend.opencl.attention;

import org.clattention.config.DataType;
import org.clattention.internal.backend.AttentionOp;
import org.clattention.internal.backend.CommandStream.Scratch;
import org.clattention.internal.backend.DeviceArray;
import org.clattention.internal.backend.opencl.OpenClStream;
import org.clattention.internal.backend.opencl.launch.OpenClArray;
import org.clattention.internal.backend.opencl.plan.CpuPlan;
import org.clattention.internal.backend.opencl.plan.HeadRange;
import org.clattention.internal.backend.opencl.plan.PortablePlan;
import org.clattention.internal.cl.Buffer;

/**
 * Attention with its scores in memory: scaled_scores, softmax, weighted_values. Scores that nobody asked for are made in
 * slices of bounded size.
 */
public final class MaterializedAttentionKernels {
    /** The stage of scores that softmax takes. */
    static final int MASKED_STAGE = 2;

    private final OpenClStream stream;
    private final MaterializedSteps portable;
    private final MaterializedSteps panels;
    private final SoftmaxKernels softmax;
    private final SummaryKernels summaries;

    public MaterializedAttentionKernels(OpenClStream stream) {
        this.stream = stream;
        this.portable = new PortableSteps(stream);
        this.panels = new PackedSteps(stream);
        this.softmax = new SoftmaxKernels(stream);
        this.summaries = new SummaryKernels(stream);
    }

    public void run(AttentionOp step) {
        AttentionOp.Shape shape = step.shape();
        AttentionOp.Wanted wanted = step.wanted();
        HeadRange all = new HeadRange(0, shape.allHeads(), 0, shape.queryLength());
        MaterializedSteps steps = CpuPlan.takesExplicit(stream.profile(), step) ? panels : portable;
        steps.begin(step);
        if (wanted.scores() != null) {
            // Once over everything into the caller's array; the slices below make their own. Sequences have scores with
            // padding, too, before the masks, which panels do not hold.
            boolean padding =
                    wanted.scoresStage() < MASKED_STAGE && step.extras().sequences() != null;
            MaterializedSteps maker = padding ? portable : steps;
            maker.scores(step, all, wanted.scoresStage(), OpenClArray.bufferOf(wanted.scores()));
        }
        HeadRange slice = wanted.weights() != null
                ? all
                : PortablePlan.slice(stream.profile(), shape.allHeads(), shape.queryLength(), shape.keys());
        for (int head = 0; head < all.heads(); head += slice.heads()) {
            int heads = Math.min(slice.heads(), all.heads() - head);
            for (int row = 0; row < all.rows(); row += slice.rows()) {
                attend(steps, step, new HeadRange(head, heads, row, Math.min(slice.rows(), all.rows() - row)));
            }
        }
    }

    private void attend(MaterializedSteps steps, AttentionOp step, HeadRange range) {
        DeviceArray wanted = step.wanted().weights();
        long elements = (long) range.heads() * range.rows() * step.shape().keys();
        Buffer weights =
                OpenClArray.bufferOf(wanted != null ? wanted : stream.scratch(Scratch.SCORES, DataType.F32, elements));
        steps.scores(step, range, MASKED_STAGE, weights);
        softmax.run(step, range, weights);
        steps.weightedValues(step, range, weights);
        if (step.wanted().summaries()) {
            summaries.run(step, range, weights);
        }
    }
}
