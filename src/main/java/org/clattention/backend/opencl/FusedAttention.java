package org.clattention.backend.opencl;

import org.clattention.DataType;
import org.clattention.backend.AttentionStep;
import org.clattention.backend.DeviceArray;
import org.clattention.backend.HeadView;
import org.clattention.backend.Lane.Scratch;
import org.clattention.backend.MaskView;
import org.clattention.backend.RowLayout;
import org.clattention.backend.StoreStep;
import org.clattention.opencl.Buffer;
import org.clattention.opencl.Kernel;
import org.jspecify.annotations.Nullable;

/** Attention in one kernel, without scores in memory, on CPU devices: pack the keys, then go through them tile by tile. */
final class FusedAttention {
    private final OpenClLane lane;

    FusedAttention(OpenClLane lane) {
        this.lane = lane;
    }

    void run(AttentionStep step) {
        AttentionStep.Shape shape = step.shape();
        int panels = (shape.keyLength() + WeightPacker.PANEL - 1) / WeightPacker.PANEL;
        int kvHeads = Math.multiplyExact(shape.batch(), shape.kvHeads());
        DeviceArray keys = lane.scratch(
                Scratch.PACKED_KEYS, DataType.F32, (long) kvHeads * panels * WeightPacker.PANEL * shape.headSize());
        AttentionStep read = CpuPlan.valuesInPlace(step) ? step : withPlainValues(step);
        HeadRange all = new HeadRange(0, shape.allHeads(), 0, shape.queryLength());
        byte[] params = AttentionParams.of(read, all, 2);
        DeviceArray sequences = step.extras().sequences();
        Kernel pack = lane.kernel(
                        KernelId.PACK_KEYS, Roles.role("KEY", step.key().array()) + " -DBIAS=F32")
                .arguments()
                .buffer(OpenClArray.bufferOf(step.key().array()))
                .buffer(lane.optional(sequences))
                .buffer(lane.optional(step.keyRows().table()))
                .buffer(OpenClArray.bufferOf(keys))
                .struct(AttentionParams.of(step, all, 2))
                .done();
        lane.launch(pack, PanelProducts.single(panels, kvHeads));

        int sharing = Math.multiplyExact(shape.queryHeads() / shape.kvHeads(), shape.queryLength());
        int rows = CpuPlan.flashRows(lane.profile(), sharing);
        String options = "-DROWS=" + rows + " -DKEYS=" + CpuPlan.FLASH_KEYS
                + " -DMAX_SIZE=" + CpuPlan.flashMaxSize(shape.headSize(), shape.valueSize())
                + Roles.role("QRY", step.query().array())
                + Roles.role("OUT", step.context().array())
                + biasRole(step.extras().bias());
        DeviceArray logSumExp = step.wanted().logSumExp();
        Kernel kernel = lane.kernel(KernelId.FLASH_ATTENTION, options)
                .arguments()
                .buffer(OpenClArray.bufferOf(step.query().array()))
                .buffer(OpenClArray.bufferOf(keys))
                .buffer(OpenClArray.bufferOf(read.value().array()))
                .buffer(lane.optional(sequences))
                .buffer(mask(step.extras().mask()))
                .buffer(mask(step.extras().bias()))
                .buffer(lane.optional(step.extras().alibiSlopes()))
                .buffer(lane.optional(step.extras().sinks()))
                .buffer(lane.optional(step.extras().headGate()))
                .buffer(OpenClArray.bufferOf(step.context().array()))
                .buffer(lane.optional(logSumExp))
                .integer(logSumExp != null ? 1 : 0)
                .struct(params)
                .done();
        lane.launch(kernel, PanelProducts.single((sharing + rows - 1) / rows, kvHeads));
    }

    /** Values of a ring, of pages, or of 16 bits, as f32 rows one behind the other. */
    private AttentionStep withPlainValues(AttentionStep step) {
        AttentionStep.Shape shape = step.shape();
        int size = shape.valueSize();
        int rows = shape.keyLength();
        long elements = (long) shape.batch() * shape.kvHeads() * rows * size;
        DeviceArray plain = lane.scratch(Scratch.PACKED_VALUES, DataType.F32, elements);
        HeadView target = HeadView.headMajor(plain, shape.kvHeads(), rows, size);
        lane.store(new StoreStep(
                shape.batch(),
                shape.kvHeads(),
                rows,
                size,
                step.value(),
                0,
                step.keyRows(),
                target,
                0,
                RowLayout.PLAIN,
                null,
                null,
                0,
                null));
        return new AttentionStep(
                shape,
                step.options(),
                step.query(),
                step.key(),
                target,
                RowLayout.PLAIN,
                step.context(),
                step.extras(),
                step.wanted());
    }

    private static String biasRole(@Nullable MaskView bias) {
        return Roles.role("BIAS", bias == null ? DataType.F32 : bias.array().type());
    }

    private Buffer mask(@Nullable MaskView mask) {
        return lane.optional(mask == null ? null : mask.array());
    }
}
