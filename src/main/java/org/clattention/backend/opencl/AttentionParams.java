package org.clattention.backend.opencl;

import java.nio.ByteBuffer;
import org.clattention.AttentionOptions;
import org.clattention.backend.AttentionStep;
import org.clattention.backend.HeadView;
import org.clattention.backend.MaskView;
import org.jspecify.annotations.Nullable;

/** Fills the struct {@code attention_params} of {@code common/attention_params.cl}, field by field in its order. */
final class AttentionParams {
    private static final int FIELDS = 26 + StructWriter.ROWS + 4 * StructWriter.VIEW;

    private static final int HAS_SEQUENCES = 1;
    private static final int HAS_MASK = 2;
    private static final int HAS_BIAS = 4;
    private static final int HAS_SINKS = 8;
    private static final int HAS_ALIBI = 16;
    private static final int HAS_GATE = 32;
    private static final int CAUSAL = 64;
    private static final int RAGGED = 128;
    private static final int DENSE = 256;

    private AttentionParams() {}

    /** For a part of a call. */
    static ByteBuffer of(AttentionStep step, HeadRange range, int stage) {
        return of(step, step.value(), range, stage);
    }

    /** The same, with values that lie elsewhere than in the step's view. */
    static ByteBuffer of(AttentionStep step, HeadView values, HeadRange range, int stage) {
        return of(new StructWriter(FIELDS), step, values, range, stage);
    }

    /** For a whole call whose values lie elsewhere than in the step's view, in the lane's struct. */
    static ByteBuffer whole(OpenClLane lane, AttentionStep step, HeadView values) {
        AttentionStep.Shape shape = step.shape();
        HeadRange all = new HeadRange(0, shape.allHeads(), 0, shape.queryLength());
        return of(lane.struct(FIELDS), step, values, all, 2);
    }

    private static ByteBuffer of(StructWriter out, AttentionStep step, HeadView values, HeadRange range, int stage) {
        AttentionOptions options = step.options();
        AttentionStep.Shape shape = step.shape();
        out.integers(shape.batch(), shape.queryHeads(), shape.kvHeads())
                .integers(shape.queryLength(), shape.keyLength())
                .integers(shape.headSize(), shape.valueSize(), flags(step))
                .integers(options.leftWindow(), options.rightWindow(), shape.position());
        mask(out, step.extras().mask());
        mask(out, step.extras().bias());
        return out.integers(shape.firstKey(), range.firstHead(), range.firstRow())
                .integers(range.rows(), stage)
                .reals(options.scaleFor(shape.headSize()))
                .reals(options.softcap())
                .rows(step.keyRows())
                .view(step.query())
                .view(step.key())
                .view(values)
                .view(step.context())
                .done();
    }

    private static void mask(StructWriter out, @Nullable MaskView mask) {
        if (mask == null) {
            out.integers(0, 0, 0, 0);
        } else {
            out.integers(mask.columns(), mask.batchStride(), mask.headStride(), mask.rowStride());
        }
    }

    private static int flags(AttentionStep step) {
        AttentionStep.Extras extras = step.extras();
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
