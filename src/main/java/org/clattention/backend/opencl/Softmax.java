package org.clattention.backend.opencl;

import java.nio.ByteBuffer;
import org.clattention.backend.AttentionStep;
import org.clattention.backend.DeviceArray;
import org.clattention.opencl.Buffer;
import org.clattention.opencl.Kernel;
import org.clattention.opencl.NdRange;

/** Launches softmax over rows. */
final class Softmax {
    private static final StructLayout STRUCT =
            KernelDefinitions.of("common/softmax_params.cl").struct("softmax_params");

    private final OpenClLane lane;

    Softmax(OpenClLane lane) {
        this.lane = lane;
    }

    /** Scores of a range become weights, where they are. */
    void run(AttentionStep step, HeadRange range, Buffer scores) {
        boolean sinks = step.extras().sinks() != null;
        DeviceArray logSumExp = step.wanted().logSumExp();
        AttentionStep.Shape shape = step.shape();
        ByteBuffer params = lane.struct()
                .begin(STRUCT)
                .integer("columns", shape.keys())
                .integer("inner", 1)
                .integer("first_head", range.firstHead())
                .integer("heads", shape.queryHeads())
                .integer("rows_per_head", range.rows())
                .integer("first_row", range.firstRow())
                .integer("lse_rows", shape.queryLength())
                .flag("has_sinks", sinks)
                .flag("has_log_sum_exp", logSumExp != null)
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
        ByteBuffer params = lane.struct()
                .begin(STRUCT)
                .integer("columns", columns)
                .integer("inner", inner)
                .integer("first_head", 0)
                .integer("heads", 1)
                .integer("rows_per_head", Integer.MAX_VALUE)
                .integer("first_row", 0)
                .integer("lse_rows", 0)
                .flag("has_sinks", false)
                .flag("has_log_sum_exp", false)
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
