package org.clattention.backend.opencl;

import java.nio.ByteBuffer;
import org.clattention.DataType;
import org.clattention.backend.AttentionStep;
import org.clattention.backend.DeviceArray;
import org.clattention.backend.HeadView;
import org.clattention.backend.Lane.Scratch;
import org.clattention.backend.RowLayout;
import org.clattention.backend.StoreStep;
import org.clattention.opencl.Kernel;

/** Keys and values as the tiles of CPU devices read them. */
final class AttentionOperands {
    private final OpenClLane lane;

    AttentionOperands(OpenClLane lane) {
        this.lane = lane;
    }

    /**
     * Keys in panels of 32, f32.
     *
     * @param params the struct of the call, or of a part of it
     */
    DeviceArray packedKeys(AttentionStep step, ByteBuffer params) {
        AttentionStep.Shape shape = step.shape();
        int panels = (shape.keyLength() + WeightPacker.PANEL - 1) / WeightPacker.PANEL;
        int kvHeads = Math.multiplyExact(shape.batch(), shape.kvHeads());
        DeviceArray keys = lane.scratch(
                Scratch.PACKED_KEYS, DataType.F32, (long) kvHeads * panels * WeightPacker.PANEL * shape.headSize());
        Kernel pack = lane.kernel(KernelId.PACK_KEYS)
                .role("KEY", step.key().array())
                .arguments()
                .buffer(OpenClArray.bufferOf(step.key().array()))
                .buffer(lane.optional(step.extras().sequences()))
                .buffer(lane.optional(step.keyRows().table()))
                .buffer(OpenClArray.bufferOf(keys))
                .struct(params)
                .done();
        lane.launch(pack, pack.singles(panels, kvHeads));
        return keys;
    }

    /** Values as f32 rows one behind the other: where they are, or copies of those of a ring, of pages, or of 16 bits. */
    HeadView values(AttentionStep step) {
        if (CpuPlan.valuesInPlace(step)) {
            return step.value();
        }
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
        return target;
    }
}
