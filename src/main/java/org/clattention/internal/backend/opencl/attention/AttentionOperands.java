package org.clattention.internal.backend.opencl.attention;

import java.nio.ByteBuffer;
import org.clattention.config.DataType;
import org.clattention.internal.backend.AttentionOp;
import org.clattention.internal.backend.CommandStream.Scratch;
import org.clattention.internal.backend.DeviceArray;
import org.clattention.internal.backend.HeadView;
import org.clattention.internal.backend.RowLayout;
import org.clattention.internal.backend.StoreOp;
import org.clattention.internal.backend.opencl.OpenClStream;
import org.clattention.internal.backend.opencl.launch.KernelId;
import org.clattention.internal.backend.opencl.launch.OpenClArray;
import org.clattention.internal.backend.opencl.plan.CpuPlan;
import org.clattention.internal.cl.Kernel;

/** Keys and values as the tiles of CPU devices read them. */
final class AttentionOperands {
    private final OpenClStream stream;

    AttentionOperands(OpenClStream stream) {
        this.stream = stream;
    }

    /**
     * Keys in panels of 32, f32.
     *
     * @param params the struct of the call, or of a part of it
     */
    DeviceArray packedKeys(AttentionOp step, ByteBuffer params) {
        AttentionOp.Shape shape = step.shape();
        int panels = (shape.keyLength() + CpuPlan.PANEL - 1) / CpuPlan.PANEL;
        int kvHeads = Math.multiplyExact(shape.batch(), shape.kvHeads());
        DeviceArray keys = stream.scratch(
                Scratch.PACKED_KEYS, DataType.F32, (long) kvHeads * panels * CpuPlan.PANEL * shape.headSize());
        Kernel pack = stream.kernel(KernelId.PACK_KEYS)
                .role("KEY", step.key().array())
                .arguments()
                .buffer(OpenClArray.bufferOf(step.key().array()))
                .buffer(stream.optional(step.extras().sequences()))
                .buffer(stream.optional(step.keyRows().table()))
                .buffer(OpenClArray.bufferOf(keys))
                .struct(params)
                .done();
        stream.launch(pack, pack.singles(panels, kvHeads));
        return keys;
    }

    /** Values as f32 rows one behind the other: where they are, or copies of those of a ring, of pages, or of 16 bits. */
    HeadView values(AttentionOp step) {
        if (CpuPlan.valuesInPlace(step)) {
            return step.value();
        }
        AttentionOp.Shape shape = step.shape();
        int size = shape.valueSize();
        int rows = shape.keyLength();
        long elements = (long) shape.batch() * shape.kvHeads() * rows * size;
        DeviceArray plain = stream.scratch(Scratch.PACKED_VALUES, DataType.F32, elements);
        HeadView target = HeadView.headMajor(plain, shape.kvHeads(), rows, size);
        stream.store(new StoreOp(
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
