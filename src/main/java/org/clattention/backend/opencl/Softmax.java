package org.clattention.backend.opencl;

import java.nio.ByteBuffer;
import org.clattention.backend.AttentionStep;
import org.clattention.backend.DeviceArray;
import org.clattention.opencl.Buffer;
import org.clattention.opencl.Kernel;
import org.clattention.opencl.NdRange;

/** Launches softmax over rows. */
final class Softmax {
    private final OpenClLane lane;

    Softmax(OpenClLane lane) {
        this.lane = lane;
    }

    /** Scores of a range become weights, where they are. */
    void run(AttentionStep step, HeadRange range, Buffer scores) {
        boolean sinks = step.extras().sinks() != null;
        DeviceArray logSumExp = step.wanted().logSumExp();
        AttentionStep.Shape shape = step.shape();
        ByteBuffer params = lane.struct(9)
                .integers(shape.keys(), 1, range.firstHead(), shape.queryHeads(), range.rows())
                .integers(range.firstRow(), shape.queryLength())
                .integers(sinks ? 1 : 0, logSumExp != null ? 1 : 0)
                .done();
        launch(
                scores,
                scores,
                lane.optional(step.extras().sinks()),
                lane.optional(logSumExp),
                params,
                true,
                (long) range.heads() * range.rows(),
                shape.keys());
    }

    /** Softmax over the middle of [outer, columns, inner], without heads or sinks. */
    void run(DeviceArray x, DeviceArray y, int outer, int columns, int inner) {
        ByteBuffer params = lane.struct(9)
                .integers(columns, inner, 0, 1, Integer.MAX_VALUE, 0, 0)
                .integers(0, 0)
                .done();
        launch(
                OpenClArray.bufferOf(x),
                OpenClArray.bufferOf(y),
                lane.placeholder(),
                lane.placeholder(),
                params,
                inner == 1,
                Math.multiplyExact((long) outer, (long) inner),
                columns);
    }

    private void launch(
            Buffer in,
            Buffer out,
            Buffer sinks,
            Buffer logSumExp,
            ByteBuffer params,
            boolean rowsAdjacent,
            long rows,
            int columns) {
        boolean vectors = rowsAdjacent && CpuPlan.fits(lane.profile());
        int items = vectors ? 1 : PortablePlan.rowItems(lane.profile(), columns);
        KernelChoice choice = vectors
                ? lane.kernel(KernelId.CPU_SOFTMAX)
                : lane.kernel(KernelId.SOFTMAX).with("GROUP_ITEMS", items);
        Kernel kernel = choice.arguments()
                .buffer(in)
                .buffer(out)
                .buffer(sinks)
                .buffer(logSumExp)
                .struct(params)
                .done();
        lane.launch(
                kernel, vectors ? kernel.singles(rows, 1) : NdRange.ofGroups(new long[] {rows}, new long[] {items}));
    }
}
