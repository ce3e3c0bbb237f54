package org.clattention.backend.opencl;

import java.nio.ByteBuffer;
import org.clattention.backend.AttentionStep;
import org.clattention.opencl.Buffer;
import org.clattention.opencl.Kernel;
import org.clattention.opencl.NdRange;

/** Launches what sums the weights up: entropy, top keys, column sums. */
final class Summaries {
    private static final StructLayout STRUCT =
            KernelDefinitions.of("portable/summaries.cl").struct("summary_params");

    private final OpenClLane lane;

    Summaries(OpenClLane lane) {
        this.lane = lane;
    }

    void run(AttentionStep step, HeadRange range, Buffer weights) {
        AttentionStep.Wanted wanted = step.wanted();
        ByteBuffer params = lane.struct()
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
            Kernel kernel = lane.kernel(KernelId.ROW_SUMMARY, "")
                    .arguments()
                    .buffer(weights)
                    .buffer(lane.optional(wanted.entropy()))
                    .buffer(lane.optional(wanted.topKeys()))
                    .buffer(lane.optional(wanted.topWeights()))
                    .struct(params)
                    .done();
            lane.launch(kernel, NdRange.ofItems(range.rows(), range.heads()));
        }
        if (wanted.columnSums() != null) {
            Kernel kernel = lane.kernel(KernelId.COLUMN_SUMS, "")
                    .arguments()
                    .buffer(weights)
                    .buffer(OpenClArray.bufferOf(wanted.columnSums()))
                    .struct(params)
                    .done();
            lane.launch(kernel, NdRange.ofItems(step.shape().keys(), range.heads()));
        }
    }
}
