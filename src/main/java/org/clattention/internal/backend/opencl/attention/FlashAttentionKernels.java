package org.clattention.internal.backend.opencl.attention;

import java.nio.ByteBuffer;
import org.clattention.config.DataType;
import org.clattention.internal.backend.AttentionOp;
import org.clattention.internal.backend.CommandStream.Scratch;
import org.clattention.internal.backend.DeviceArray;
import org.clattention.internal.backend.HeadView;
import org.clattention.internal.backend.MaskView;
import org.clattention.internal.backend.opencl.OpenClStream;
import org.clattention.internal.backend.opencl.launch.KernelCodes;
import org.clattention.internal.backend.opencl.launch.KernelId;
import org.clattention.internal.backend.opencl.launch.OpenClArray;
import org.clattention.internal.backend.opencl.plan.CpuPlan;
import org.clattention.internal.cl.Kernel;
import org.jspecify.annotations.Nullable;

/** Attention without scores in memory, on CPU devices: by tiles for many query rows, in one pass over the keys for few. */
public final class FlashAttentionKernels {
    /** What lies behind the context of each row in a part: the largest score and the sum of weights. */
    private static final int PART_EXTRAS = 2;

    private final OpenClStream stream;
    private final AttentionOperands operands;

    public FlashAttentionKernels(OpenClStream stream) {
        this.stream = stream;
        this.operands = new AttentionOperands(stream);
    }

    public void run(AttentionOp step) {
        if (CpuPlan.streamsKeys(step)) {
            splitKv(step);
        } else {
            flash(step);
        }
    }

    private void flash(AttentionOp step) {
        AttentionOp.Shape shape = step.shape();
        int kvHeads = Math.multiplyExact(shape.batch(), shape.kvHeads());
        HeadView values = operands.values(step);
        ByteBuffer params = AttentionParams.whole(stream, step, values);
        DeviceArray keys = operands.packedKeys(step, params);
        int sharing = CpuPlan.sharingRows(step);
        int rows = CpuPlan.flashRows(stream.profile());
        Kernel.Arguments arguments = stream.kernel(KernelId.FLASH_ATTENTION)
                .with("ROWS", rows)
                .with("KEYS", CpuPlan.FLASH_KEYS)
                .with("MAX_SIZE", CpuPlan.MAX_HEAD_SIZE)
                .arguments()
                .buffer(OpenClArray.bufferOf(step.query().array()))
                .integer(KernelCodes.of(step.query().array()))
                .buffer(OpenClArray.bufferOf(keys))
                .buffer(OpenClArray.bufferOf(values.array()))
                .buffer(OpenClArray.bufferOf(step.key().array()))
                .integer(KernelCodes.of(step.key().array()));
        masks(arguments, step);
        ends(arguments, step);
        Kernel flash = arguments.struct(params).done();
        stream.launch(flash, flash.singles((sharing + rows - 1) / rows, kvHeads));
    }

    private void splitKv(AttentionOp step) {
        AttentionOp.Shape shape = step.shape();
        int kvHeads = Math.multiplyExact(shape.batch(), shape.kvHeads());
        int rows = CpuPlan.sharingRows(step);
        int chunks = (shape.keyLength() + CpuPlan.STREAM_KEYS - 1) / CpuPlan.STREAM_KEYS;
        DeviceArray parts = stream.scratch(
                Scratch.PARTS, DataType.F32, (long) kvHeads * chunks * rows * (shape.valueSize() + PART_EXTRAS));
        ByteBuffer params = AttentionParams.whole(stream, step, step.value());
        Kernel.Arguments streams = stream.kernel(KernelId.STREAM_ATTENTION)
                .with("CHUNK", CpuPlan.STREAM_KEYS)
                .with("MAX_ROWS", CpuPlan.MAX_STREAM_ROWS)
                .with("MAX_SIZE", CpuPlan.MAX_HEAD_SIZE)
                .role("KEY", step.key().array())
                .arguments()
                .buffer(OpenClArray.bufferOf(step.query().array()))
                .integer(KernelCodes.of(step.query().array()))
                .buffer(OpenClArray.bufferOf(step.key().array()))
                .buffer(OpenClArray.bufferOf(step.value().array()));
        masks(streams, step);
        streams.buffer(OpenClArray.bufferOf(parts)).struct(params);
        Kernel split = streams.done();
        stream.launch(split, split.singles(chunks, kvHeads));

        Kernel.Arguments joins = stream.kernel(KernelId.JOIN_STREAMS)
                .with("MAX_SIZE", CpuPlan.MAX_HEAD_SIZE)
                .arguments()
                .buffer(OpenClArray.bufferOf(parts))
                .integer(chunks)
                .buffer(OpenClArray.bufferOf(step.query().array()))
                .integer(KernelCodes.of(step.query().array()))
                .buffer(OpenClArray.bufferOf(step.key().array()))
                .buffer(OpenClArray.bufferOf(step.value().array()))
                .integer(KernelCodes.of(step.key().array()));
        masks(joins, step);
        ends(joins, step);
        Kernel join = joins.struct(params).done();
        stream.launch(join, join.singles(rows, kvHeads));
    }

    /** Which keys, and what is added to their scores. */
    private void masks(Kernel.Arguments arguments, AttentionOp step) {
        AttentionOp.Extras extras = step.extras();
        MaskView mask = extras.mask();
        MaskView bias = extras.bias();
        arguments
                .buffer(stream.optional(step.keyRows().table()))
                .buffer(stream.optional(extras.sequences()))
                .buffer(stream.optional(mask == null ? null : mask.array()))
                .buffer(stream.optional(bias == null ? null : bias.array()))
                .integer(bias == null ? 0 : KernelCodes.of(bias.array()))
                .buffer(stream.optional(extras.alibiSlopes()));
    }

    /** What a row ends with, and where it goes. */
    private void ends(Kernel.Arguments arguments, AttentionOp step) {
        @Nullable DeviceArray logSumExp = step.wanted().logSumExp();
        arguments
                .buffer(stream.optional(step.extras().sinks()))
                .buffer(stream.optional(step.extras().headGate()))
                .buffer(OpenClArray.bufferOf(step.context().array()))
                .integer(KernelCodes.of(step.context().array()))
                .buffer(stream.optional(logSumExp))
                .integer(logSumExp != null ? 1 : 0);
    }
}
