package org.clattention.backend.opencl;

import java.nio.ByteBuffer;
import org.clattention.DataType;
import org.clattention.backend.AttentionStep;
import org.clattention.backend.DeviceArray;
import org.clattention.backend.HeadView;
import org.clattention.backend.Lane.Scratch;
import org.clattention.backend.MaskView;
import org.clattention.opencl.Kernel;
import org.jspecify.annotations.Nullable;

/** Attention without scores in memory, on CPU devices: by tiles for many query rows, in one pass over the keys for few. */
final class FusedAttention {
    /** What lies behind the context of each row in a part: the largest score and the sum of weights. */
    private static final int PART_EXTRAS = 2;

    private final OpenClLane lane;
    private final AttentionOperands operands;

    FusedAttention(OpenClLane lane) {
        this.lane = lane;
        this.operands = new AttentionOperands(lane);
    }

    void run(AttentionStep step) {
        if (CpuPlan.streamsKeys(step)) {
            stream(step);
        } else {
            flash(step);
        }
    }

    private void flash(AttentionStep step) {
        AttentionStep.Shape shape = step.shape();
        int kvHeads = Math.multiplyExact(shape.batch(), shape.kvHeads());
        HeadView values = operands.values(step);
        ByteBuffer params = AttentionParams.whole(lane, step, values);
        DeviceArray keys = operands.packedKeys(step, params);
        int sharing = CpuPlan.sharingRows(step);
        int rows = CpuPlan.flashRows(lane.profile());
        Kernel.Arguments arguments = lane.kernel(KernelId.FLASH_ATTENTION)
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
        lane.launch(flash, flash.singles((sharing + rows - 1) / rows, kvHeads));
    }

    private void stream(AttentionStep step) {
        AttentionStep.Shape shape = step.shape();
        int kvHeads = Math.multiplyExact(shape.batch(), shape.kvHeads());
        int rows = CpuPlan.sharingRows(step);
        int chunks = (shape.keyLength() + CpuPlan.STREAM_KEYS - 1) / CpuPlan.STREAM_KEYS;
        DeviceArray parts = lane.scratch(
                Scratch.PARTS, DataType.F32, (long) kvHeads * chunks * rows * (shape.valueSize() + PART_EXTRAS));
        ByteBuffer params = AttentionParams.whole(lane, step, step.value());
        Kernel.Arguments streams = lane.kernel(KernelId.STREAM_ATTENTION)
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
        Kernel stream = streams.done();
        lane.launch(stream, stream.singles(chunks, kvHeads));

        Kernel.Arguments joins = lane.kernel(KernelId.JOIN_STREAMS)
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
        lane.launch(join, join.singles(rows, kvHeads));
    }

    /** Which keys, and what is added to their scores. */
    private void masks(Kernel.Arguments arguments, AttentionStep step) {
        AttentionStep.Extras extras = step.extras();
        MaskView mask = extras.mask();
        MaskView bias = extras.bias();
        arguments
                .buffer(lane.optional(step.keyRows().table()))
                .buffer(lane.optional(extras.sequences()))
                .buffer(lane.optional(mask == null ? null : mask.array()))
                .buffer(lane.optional(bias == null ? null : bias.array()))
                .integer(bias == null ? 0 : KernelCodes.of(bias.array()))
                .buffer(lane.optional(extras.alibiSlopes()));
    }

    /** What a row ends with, and where it goes. */
    private void ends(Kernel.Arguments arguments, AttentionStep step) {
        @Nullable DeviceArray logSumExp = step.wanted().logSumExp();
        arguments
                .buffer(lane.optional(step.extras().sinks()))
                .buffer(lane.optional(step.extras().headGate()))
                .buffer(OpenClArray.bufferOf(step.context().array()))
                .integer(KernelCodes.of(step.context().array()))
                .buffer(lane.optional(logSumExp))
                .integer(logSumExp != null ? 1 : 0);
    }
}
