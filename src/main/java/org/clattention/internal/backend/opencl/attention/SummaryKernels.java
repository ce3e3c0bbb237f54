package org.clattention.internal.backend.opencl.attention;

import java.nio.ByteBuffer;
import org.clattention.internal.backend.AttentionOp;
import org.clattention.internal.backend.opencl.OpenClStream;
import org.clattention.internal.backend.opencl.launch.KernelDefinitions;
import org.clattention.internal.backend.opencl.launch.KernelId;
import org.clattention.internal.backend.opencl.launch.OpenClArray;
import org.clattention.internal.backend.opencl.launch.StructLayout;
import org.clattention.internal.backend.opencl.plan.HeadRange;
import org.clattention.internal.cl.Buffer;
import org.clattention.internal.cl.Kernel;
import org.clattention.internal.cl.NdRange;

/** Launches what sums the weights up: entropy, top keys, column sums. */
final class SummaryKernels {
    private static final StructLayout STRUCT =
            KernelDefinitions.of("portable/summaries.cl").struct("summary_params");

    private final OpenClStream stream;

    SummaryKernels(OpenClStream stream) {
        this.stream = stream;
    }

    void run(AttentionOp step, HeadRange range, Buffer weights) {
        AttentionOp.Wanted wanted = step.wanted();
        ByteBuffer params = stream.struct()
                .begin(STRUCT)
                .integer("keys", step.shape().keys())
                .integer("first_key", step.shape().firstKey())
                .integer("first_head", range.firstHead())
                .integer("first_row", range.firstRow())
                .integer("row_count", range.rows())
                .integer("q_len", step.shape().queryLength())
                .integer("top_k", wanted.topCount())
                .flag("has_entropy", wanted.entropy() != null)
                .done();
        if (wanted.entropy() != null || wanted.topKeys() != null) {
            Kernel kernel = stream.kernel(KernelId.ROW_SUMMARY, "")
                    .arguments()
                    .buffer(weights)
                    .buffer(stream.optional(wanted.entropy()))
                    .buffer(stream.optional(wanted.topKeys()))
                    .buffer(stream.optional(wanted.topWeights()))
                    .struct(params)
                    .done();
            stream.launch(kernel, NdRange.ofItems(range.rows(), range.heads()));
        }
        if (wanted.columnSums() != null) {
            Kernel kernel = stream.kernel(KernelId.COLUMN_SUMS, "")
                    .arguments()
                    .buffer(weights)
                    .buffer(OpenClArray.bufferOf(wanted.columnSums()))
                    .struct(params)
                    .done();
            stream.launch(kernel, NdRange.ofItems(step.shape().keys(), range.heads()));
        }
    }
}
