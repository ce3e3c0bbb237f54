package org.clattention.backend.opencl;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import org.clattention.DataType;
import org.clattention.backend.AttentionStep;
import org.clattention.backend.DeviceArray;
import org.clattention.backend.HeadTarget;
import org.clattention.backend.HeadView;
import org.clattention.backend.Lane;
import org.clattention.backend.PackedWeights;
import org.clattention.opencl.Buffer;
import org.clattention.opencl.Event;
import org.clattention.opencl.Kernel;
import org.clattention.opencl.NdRange;
import org.clattention.opencl.Queue;
import org.jspecify.annotations.Nullable;

/** A queue, its own kernel objects and its scratch memory. Given back to the backend's pool when closed. */
final class OpenClLane implements Lane {
    private final OpenClBackend backend;
    private final Queue queue;
    private final Map<KernelVariant, Kernel> kernels = new HashMap<>();
    private final Map<Scratch, Buffer> scratch = new EnumMap<>(Scratch.class);
    private final Products products;
    private final ExplicitAttention attention;
    private @Nullable LaunchListener listener;

    OpenClLane(OpenClBackend backend, Queue queue) {
        this.backend = backend;
        this.queue = queue;
        this.products = new Products(this);
        this.attention = new ExplicitAttention(this);
    }

    Queue queue() {
        return queue;
    }

    DeviceProfile profile() {
        return backend.profile();
    }

    /** The backend's stand-in for optional arrays that are absent; kernels never read it. */
    Buffer placeholder() {
        return backend.placeholder();
    }

    Kernel kernel(KernelVariant variant) {
        return kernels.computeIfAbsent(
                variant, v -> backend.programs().program(v).kernel(v.id().function()));
    }

    void launch(Kernel kernel, NdRange range) {
        Event event = queue.launch(kernel, range);
        if (event == null) {
            return;
        }
        try (event) {
            if (listener != null) {
                queue.finish();
                listener.launched(kernel.name(), event.nanoseconds());
            }
        }
    }

    @Override
    public DeviceArray scratch(Scratch slot, DataType type, long elements) {
        return new OpenClArray(scratchBuffer(slot, Math.multiplyExact(elements, (long) type.bytes())), type, elements);
    }

    @Override
    public DeviceArray scratch(Scratch slot, int[] values) {
        DeviceArray array = scratch(slot, DataType.I32, values.length);
        ByteBuffer bytes =
                ByteBuffer.allocateDirect(Integer.BYTES * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asIntBuffer().put(values);
        queue.write(OpenClArray.bufferOf(array), 0, bytes);
        return array;
    }

    private Buffer scratchBuffer(Scratch slot, long bytes) {
        Buffer held = scratch.get(slot);
        if (held != null && held.bytes() >= bytes) {
            return held;
        }
        if (held != null) {
            scratch.remove(slot);
            held.close();
        }
        Buffer grown = backend.context().allocate(Math.max(bytes, 256), "scratch " + slot);
        scratch.put(slot, grown);
        return grown;
    }

    @Override
    public void projectHeads(
            DeviceArray x, int batch, int length, PackedWeights weights, int firstOutput, HeadTarget... targets) {
        products.projectHeads(x, batch, length, (OpenClWeights) weights, firstOutput, targets);
    }

    @Override
    public void project(DeviceArray x, long rows, PackedWeights weights, DeviceArray y) {
        products.project(x, rows, (OpenClWeights) weights, y);
    }

    @Override
    public void attend(AttentionStep step) {
        attention.run(step);
    }

    @Override
    public void softmax(DeviceArray x, DeviceArray y, int outer, int columns, int inner) {
        attention.softmax(x, y, outer, columns, inner);
    }

    @Override
    public void copyHeads(HeadView from, HeadView to, int batch, int heads, int rows, int size) {
        byte[] params = new StructWriter(3 + 2 * 4)
                .integers(heads, rows, size)
                .view(from)
                .view(to)
                .done();
        Kernel kernel = kernel(new KernelVariant(KernelId.COPY_HEADS, "-DACT=F32 -DOUT=F32"))
                .arguments()
                .buffer(OpenClArray.bufferOf(from.array()))
                .buffer(OpenClArray.bufferOf(to.array()))
                .struct(params)
                .done();
        long[] items = {size, rows, (long) batch * heads};
        launch(kernel, NdRange.ofGroups(items, new long[] {1, 1, 1}));
    }

    @Override
    public void finish() {
        queue.finish();
    }

    @Override
    public void profile(@Nullable LaunchListener newListener) {
        listener = newListener;
    }

    @Override
    public void close() {
        listener = null;
        backend.giveBack(this);
    }

    /** Frees what the lane holds. */
    void dispose() {
        kernels.values().forEach(Kernel::close);
        scratch.values().forEach(Buffer::close);
        queue.close();
    }
}
