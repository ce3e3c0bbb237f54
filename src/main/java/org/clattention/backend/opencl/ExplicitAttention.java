package org.clattention.backend.opencl;

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
    private static final String TYPES = " -DACT=F32 -DOUT=F32";

    private final OpenClLane lane;

    ExplicitAttention(OpenClLane lane) {
        this.lane = lane;
    }

    void run(AttentionStep step) {
        int heads = Math.multiplyExact(step.batch(), step.queryHeads());
        AttentionStep.Wanted wanted = step.wanted();
        if (wanted.scores() != null) {
            // Once over everything into the caller's array; the slices below make their own.
            scores(step, 0, heads, 0, step.queryLength(), wanted.scoresStage(), OpenClArray.bufferOf(wanted.scores()));
        }
        PortablePlan.Slice slice = wanted.weights() != null
                ? new PortablePlan.Slice(heads, step.queryLength())
                : PortablePlan.slice(lane.profile(), heads, step.queryLength(), step.keyLength());
        for (int head = 0; head < heads; head += slice.heads()) {
            int headCount = Math.min(slice.heads(), heads - head);
            for (int row = 0; row < step.queryLength(); row += slice.rows()) {
                slice(step, head, headCount, row, Math.min(slice.rows(), step.queryLength() - row));
            }
        }
    }

    private void slice(AttentionStep step, int firstHead, int headCount, int firstRow, int rowCount) {
        DeviceArray wanted = step.wanted().weights();
        long elements = (long) headCount * rowCount * step.keyLength();
        Buffer weights =
                OpenClArray.bufferOf(wanted != null ? wanted : lane.scratch(Scratch.SCORES, DataType.F32, elements));
        scores(step, firstHead, headCount, firstRow, rowCount, 2, weights);
        softmax(step, firstHead, headCount, firstRow, rowCount, weights);
        weightedValues(step, firstHead, headCount, firstRow, rowCount, weights);
    }

    private void scores(
            AttentionStep step, int firstHead, int headCount, int firstRow, int rowCount, int stage, Buffer out) {
        ProductTile tile = PortablePlan.productTile(lane.profile());
        AttentionStep.Extras extras = step.extras();
        Kernel kernel = lane.kernel(new KernelVariant(KernelId.SCALED_SCORES, tile.defines() + TYPES))
                .arguments()
                .buffer(OpenClArray.bufferOf(step.query().array()))
                .buffer(OpenClArray.bufferOf(step.key().array()))
                .buffer(optional(extras.lengths()))
                .buffer(optional(extras.mask()))
                .buffer(optional(extras.bias()))
                .buffer(optional(extras.alibiSlopes()))
                .buffer(out)
                .struct(AttentionParams.of(step, firstHead, firstRow, rowCount, stage))
                .done();
        lane.launch(kernel, NdRange.ofGroups(tile.groups(rowCount, step.keyLength(), headCount), tile.local()));
    }

    private void softmax(AttentionStep step, int firstHead, int headCount, int firstRow, int rowCount, Buffer scores) {
        boolean sinks = step.extras().sinks() != null;
        DeviceArray logSumExp = step.wanted().logSumExp();
        byte[] params = new StructWriter(9)
                .integers(step.keyLength(), 1, firstHead, step.queryHeads(), rowCount, firstRow, step.queryLength())
                .integers(sinks ? 1 : 0, logSumExp != null ? 1 : 0)
                .done();
        launchSoftmax(
                scores,
                scores,
                optional(step.extras().sinks()),
                optional(logSumExp),
                params,
                (long) headCount * rowCount,
                step.keyLength());
    }

    /** Softmax over the middle of [outer, columns, inner], without heads or sinks. */
    void softmax(DeviceArray x, DeviceArray y, int outer, int columns, int inner) {
        byte[] params = new StructWriter(9)
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
            Buffer in, Buffer out, Buffer sinks, Buffer logSumExp, byte[] params, long rows, int columns) {
        int items = PortablePlan.rowItems(lane.profile(), columns);
        Kernel kernel = lane.kernel(new KernelVariant(KernelId.SOFTMAX, "-DGROUP_ITEMS=" + items))
                .arguments()
                .buffer(in)
                .buffer(out)
                .buffer(sinks)
                .buffer(logSumExp)
                .struct(params)
                .done();
        lane.launch(kernel, NdRange.ofGroups(new long[] {rows}, new long[] {items}));
    }

    private void weightedValues(
            AttentionStep step, int firstHead, int headCount, int firstRow, int rowCount, Buffer weights) {
        ProductTile tile = PortablePlan.productTile(lane.profile());
        AttentionStep.Extras extras = step.extras();
        Kernel kernel = lane.kernel(new KernelVariant(KernelId.WEIGHTED_VALUES, tile.defines() + TYPES))
                .arguments()
                .buffer(weights)
                .buffer(OpenClArray.bufferOf(step.value().array()))
                .buffer(optional(extras.lengths()))
                .buffer(optional(extras.mask()))
                .buffer(optional(extras.bias()))
                .buffer(optional(extras.headGate()))
                .buffer(OpenClArray.bufferOf(step.context().array()))
                .struct(AttentionParams.of(step, firstHead, firstRow, rowCount, 2))
                .done();
        lane.launch(kernel, NdRange.ofGroups(tile.groups(rowCount, step.valueSize(), headCount), tile.local()));
    }

    private Buffer optional(@Nullable DeviceArray array) {
        return array == null ? lane.placeholder() : OpenClArray.bufferOf(array);
    }

    private Buffer optional(@Nullable MaskView mask) {
        return mask == null ? lane.placeholder() : OpenClArray.bufferOf(mask.array());
    }
}
