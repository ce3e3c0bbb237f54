package org.clattention.backend.opencl;

import java.nio.ByteBuffer;
import org.clattention.DataType;
import org.clattention.backend.AttentionStep;
import org.clattention.backend.DeviceArray;
import org.clattention.backend.Lane.Scratch;
import org.clattention.backend.MaskView;
import org.clattention.opencl.Buffer;
import org.clattention.opencl.Kernel;
import org.clattention.opencl.NdRange;
import org.jspecify.annotations.Nullable;

/**
 * Attention with its scores in memory: scaled_scores, softmax, weighted_values. Scores that nobody asked for are made in
 * slices of bounded size.
 */
final class ExplicitAttention {
    private static final int MASKED_STAGE = 2;

    private final OpenClLane lane;
    private final Summaries summaries;

    ExplicitAttention(OpenClLane lane) {
        this.lane = lane;
        this.summaries = new Summaries(lane);
    }

    void run(AttentionStep step) {
        AttentionStep.Shape shape = step.shape();
        AttentionStep.Wanted wanted = step.wanted();
        HeadRange all = new HeadRange(0, shape.allHeads(), 0, shape.queryLength());
        if (wanted.scores() != null) {
            // Once over everything into the caller's array; the slices below make their own.
            scores(step, all, wanted.scoresStage(), OpenClArray.bufferOf(wanted.scores()));
        }
        HeadRange slice = wanted.weights() != null
                ? all
                : PortablePlan.slice(lane.profile(), shape.allHeads(), shape.queryLength(), shape.keys());
        for (int head = 0; head < all.heads(); head += slice.heads()) {
            int heads = Math.min(slice.heads(), all.heads() - head);
            for (int row = 0; row < all.rows(); row += slice.rows()) {
                attend(step, new HeadRange(head, heads, row, Math.min(slice.rows(), all.rows() - row)));
            }
        }
    }

    private void attend(AttentionStep step, HeadRange range) {
        DeviceArray wanted = step.wanted().weights();
        long elements = (long) range.heads() * range.rows() * step.shape().keys();
        Buffer weights =
                OpenClArray.bufferOf(wanted != null ? wanted : lane.scratch(Scratch.SCORES, DataType.F32, elements));
        scores(step, range, MASKED_STAGE, weights);
        softmax(step, range, weights);
        weightedValues(step, range, weights);
        if (step.wanted().summaries()) {
            summaries.run(step, range, weights);
        }
    }

    private void scores(AttentionStep step, HeadRange range, int stage, Buffer out) {
        ProductTile tile = PortablePlan.productTile(lane.profile(), range.rows());
        AttentionStep.Extras extras = step.extras();
        Kernel kernel = tile.define(lane.kernel(KernelId.SCALED_SCORES))
                .role("QRY", step.query().array())
                .role("KEY", step.key().array())
                .role("BIAS", biasType(extras.bias()))
                .arguments()
                .buffer(OpenClArray.bufferOf(step.query().array()))
                .buffer(OpenClArray.bufferOf(step.key().array()))
                .buffer(lane.optional(extras.sequences()))
                .buffer(lane.optional(step.keyRows().table()))
                .buffer(optional(extras.mask()))
                .buffer(optional(extras.bias()))
                .buffer(lane.optional(extras.alibiSlopes()))
                .buffer(out)
                .struct(AttentionParams.of(step, range, stage))
                .done();
        lane.launch(
                kernel, NdRange.ofGroups(tile.groups(range.rows(), step.shape().keys(), range.heads()), tile.local()));
    }

    private void softmax(AttentionStep step, HeadRange range, Buffer scores) {
        boolean sinks = step.extras().sinks() != null;
        DeviceArray logSumExp = step.wanted().logSumExp();
        AttentionStep.Shape shape = step.shape();
        ByteBuffer params = lane.struct(9)
                .integers(shape.keys(), 1, range.firstHead(), shape.queryHeads(), range.rows())
                .integers(range.firstRow(), shape.queryLength())
                .integers(sinks ? 1 : 0, logSumExp != null ? 1 : 0)
                .done();
        launchSoftmax(
                scores,
                scores,
                lane.optional(step.extras().sinks()),
                lane.optional(logSumExp),
                params,
                (long) range.heads() * range.rows(),
                shape.keys());
    }

    /** Softmax over the middle of [outer, columns, inner], without heads or sinks. */
    void softmax(DeviceArray x, DeviceArray y, int outer, int columns, int inner) {
        ByteBuffer params = lane.struct(9)
                .integers(columns, inner, 0, 1, Integer.MAX_VALUE, 0, 0)
                .integers(0, 0)
                .done();
        launchSoftmax(
                OpenClArray.bufferOf(x),
                OpenClArray.bufferOf(y),
                lane.placeholder(),
                lane.placeholder(),
                params,
                Math.multiplyExact((long) outer, (long) inner),
                columns);
    }

    private void launchSoftmax(
            Buffer in, Buffer out, Buffer sinks, Buffer logSumExp, ByteBuffer params, long rows, int columns) {
        int items = PortablePlan.rowItems(lane.profile(), columns);
        Kernel kernel = lane.kernel(KernelId.SOFTMAX)
                .with("GROUP_ITEMS", items)
                .arguments()
                .buffer(in)
                .buffer(out)
                .buffer(sinks)
                .buffer(logSumExp)
                .struct(params)
                .done();
        lane.launch(kernel, NdRange.ofGroups(new long[] {rows}, new long[] {items}));
    }

    private void weightedValues(AttentionStep step, HeadRange range, Buffer weights) {
        ProductTile tile = PortablePlan.productTile(lane.profile(), range.rows());
        AttentionStep.Extras extras = step.extras();
        Kernel kernel = tile.define(lane.kernel(KernelId.WEIGHTED_VALUES))
                .role("KEY", step.value().array())
                .role("OUT", step.context().array())
                .role("BIAS", biasType(extras.bias()))
                .arguments()
                .buffer(weights)
                .buffer(OpenClArray.bufferOf(step.value().array()))
                .buffer(lane.optional(extras.sequences()))
                .buffer(lane.optional(step.keyRows().table()))
                .buffer(optional(extras.mask()))
                .buffer(optional(extras.bias()))
                .buffer(lane.optional(extras.headGate()))
                .buffer(OpenClArray.bufferOf(step.context().array()))
                .struct(AttentionParams.of(step, range, MASKED_STAGE))
                .done();
        lane.launch(
                kernel,
                NdRange.ofGroups(tile.groups(range.rows(), step.shape().valueSize(), range.heads()), tile.local()));
    }

    private static DataType biasType(@Nullable MaskView bias) {
        return bias == null ? DataType.F32 : bias.array().type();
    }

    private Buffer optional(@Nullable MaskView mask) {
        return lane.optional(mask == null ? null : mask.array());
    }
}
