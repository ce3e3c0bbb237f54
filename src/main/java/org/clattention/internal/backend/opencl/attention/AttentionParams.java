package org.clattention.internal.backend.opencl.attention;

import java.nio.ByteBuffer;
import org.clattention.config.AttentionOptions;
import org.clattention.internal.backend.AttentionOp;
import org.clattention.internal.backend.HeadView;
import org.clattention.internal.backend.MaskView;
import org.clattention.internal.backend.opencl.OpenClStream;
import org.clattention.internal.backend.opencl.launch.KernelDefinitions;
import org.clattention.internal.backend.opencl.launch.StructLayout;
import org.clattention.internal.backend.opencl.launch.StructWriter;
import org.clattention.internal.backend.opencl.plan.HeadRange;

/** Fills the struct {@code attention_params} of {@code common/attention_params.cl}. */
final class AttentionParams {
    private static final KernelDefinitions SOURCE = KernelDefinitions.of("common/attention_params.cl");
    private static final StructLayout STRUCT = SOURCE.struct("attention_params");

    private static final int HAS_SEQUENCES = SOURCE.constant("HAS_SEQUENCES");
    private static final int HAS_MASK = SOURCE.constant("HAS_MASK");
    private static final int HAS_BIAS = SOURCE.constant("HAS_BIAS");
    private static final int HAS_SINKS = SOURCE.constant("HAS_SINKS");
    private static final int HAS_ALIBI = SOURCE.constant("HAS_ALIBI");
    private static final int HAS_GATE = SOURCE.constant("HAS_GATE");
    private static final int CAUSAL = SOURCE.constant("CAUSAL");
    private static final int RAGGED = SOURCE.constant("RAGGED");
    private static final int DENSE = SOURCE.constant("DENSE");

    private AttentionParams() {}

    /** For a part of a call. */
    static ByteBuffer of(AttentionOp step, HeadRange range, int stage) {
        return of(step, step.value(), range, stage);
    }

    /** The same, with values that lie elsewhere than in the step's view. */
    static ByteBuffer of(AttentionOp step, HeadView values, HeadRange range, int stage) {
        return of(new StructWriter(STRUCT.fields().size()), step, values, range, stage);
    }

    /** For a whole call whose values lie elsewhere than in the step's view, in the stream's struct. */
    static ByteBuffer whole(OpenClStream stream, AttentionOp step, HeadView values) {
        AttentionOp.Shape shape = step.shape();
        HeadRange all = new HeadRange(0, shape.allHeads(), 0, shape.queryLength());
        return of(stream.struct(), step, values, all, 2);
    }

    private static ByteBuffer of(StructWriter out, AttentionOp step, HeadView values, HeadRange range, int stage) {
        AttentionOptions options = step.options();
        AttentionOp.Shape shape = step.shape();
        MaskView mask = step.extras().mask();
        MaskView bias = step.extras().bias();
        return out.begin(STRUCT)
                .integer("batch", shape.batch())
                .integer("q_heads", shape.queryHeads())
                .integer("kv_heads", shape.kvHeads())
                .integer("q_len", shape.queryLength())
                .integer("kv_len", shape.keyLength())
                .integer("head_size", shape.headSize())
                .integer("value_size", shape.valueSize())
                .integer("flags", flags(step))
                .integer("left", options.leftWindow())
                .integer("right", options.rightWindow())
                .integer("position", shape.position())
                .integer("mask_columns", mask == null ? 0 : mask.columns())
                .integer("mask_batch", mask == null ? 0 : mask.batchStride())
                .integer("mask_head", mask == null ? 0 : mask.headStride())
                .integer("mask_row", mask == null ? 0 : mask.rowStride())
                .integer("bias_columns", bias == null ? 0 : bias.columns())
                .integer("bias_batch", bias == null ? 0 : bias.batchStride())
                .integer("bias_head", bias == null ? 0 : bias.headStride())
                .integer("bias_row", bias == null ? 0 : bias.rowStride())
                .integer("first_key", shape.firstKey())
                .integer("first_head", range.firstHead())
                .integer("first_row", range.firstRow())
                .integer("row_count", range.rows())
                .integer("stage", stage)
                .real("scale", options.scaleFor(shape.headSize()))
                .real("softcap", options.softcap())
                .rows("key_rows", step.keyRows())
                .view("q", step.query())
                .view("k", step.key())
                .view("v", values)
                .view("out", step.context())
                .done();
    }

    private static int flags(AttentionOp step) {
        AttentionOp.Extras extras = step.extras();
        return flag(extras.sequences() != null, HAS_SEQUENCES)
                | flag(extras.mask() != null, HAS_MASK)
                | flag(extras.bias() != null, HAS_BIAS)
                | flag(extras.sinks() != null, HAS_SINKS)
                | flag(extras.alibiSlopes() != null, HAS_ALIBI)
                | flag(extras.headGate() != null, HAS_GATE)
                | flag(step.options().causal(), CAUSAL)
                | flag(extras.ragged(), RAGGED)
                | flag(extras.dense(), DENSE);
    }

    private static int flag(boolean set, int bit) {
        return set ? bit : 0;
    }
}
