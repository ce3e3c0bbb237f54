package org.clattention.internal.backend.opencl.attention;

import java.nio.ByteBuffer;
import org.clattention.internal.backend.AttentionOp;
import org.clattention.internal.backend.DeviceArray;
import org.clattention.internal.backend.opencl.OpenClStream;
import org.clattention.internal.backend.opencl.launch.KernelChoice;
import org.clattention.internal.backend.opencl.launch.KernelDefinitions;
import org.clattention.internal.backend.opencl.launch.KernelId;
import org.clattention.internal.backend.opencl.launch.OpenClArray;
import org.clattention.internal.backend.opencl.launch.StructLayout;
import org.clattention.internal.backend.opencl.plan.CpuPlan;
import org.clattention.internal.backend.opencl.plan.HeadRange;
import org.clattention.internal.backend.opencl.plan.PortablePlan;
import org.clattention.internal.cl.Buffer;
import org.clattention.internal.cl.Kernel;
import org.clattention.internal.cl.NdRange;

/** Launches softmax over rows. */
public final class SoftmaxKernels {
    private static final StructLayout STRUCT =
            KernelDefinitions.of("common/softmax_params.cl").struct("softmax_params");

    private final OpenClStream stream;

    public SoftmaxKernels(OpenClStream stream) {
        this.stream = stream;
    }

    /** Scores of a range become weights, where they are. */
    public void run(AttentionOp step, HeadRange range, Buffer scores) {
        boolean sinks = step.extras().sinks() != null;
        DeviceArray logSumExp = step.wanted().logSumExp();
        AttentionOp.Shape shape = step.shape();
        ByteBuffer params = stream.struct()
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
                stream.optional(step.extras().sinks()),
                stream.optional(logSumExp),
                params,
                true,
                (long) range.heads() * range.rows(),
                shape.keys());
    }

    /** SoftmaxKernels over the middle of [outer, columns, inner], without heads or sinks. */
    public void run(DeviceArray x, DeviceArray y, int outer, int columns, int inner) {
        ByteBuffer params = stream.struct()
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
                stream.placeholder(),
                stream.placeholder(),
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
        boolean vectors = rowsAdjacent && CpuPlan.fits(stream.profile());
        int items = vectors ? 1 : PortablePlan.rowItems(stream.profile(), columns);
        KernelChoice choice = vectors
                ? stream.kernel(KernelId.CPU_SOFTMAX)
                : stream.kernel(KernelId.SOFTMAX).with("GROUP_ITEMS", items);
        Kernel kernel = choice.arguments()
                .buffer(in)
                .buffer(out)
                .buffer(sinks)
                .buffer(logSumExp)
                .struct(params)
                .done();
        stream.launch(
                kernel, vectors ? kernel.singles(rows, 1) : NdRange.ofGroups(new long[] {rows}, new long[] {items}));
    }
}
