package org.clattention.backend.opencl;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.clattention.Activation;
import org.clattention.DataType;
import org.clattention.backend.AttentionStep;
import org.clattention.backend.DeviceArray;
import org.clattention.backend.HeadProductStep;
import org.clattention.backend.HeadTarget;
import org.clattention.backend.Lane;
import org.clattention.backend.NormStep;
import org.clattention.backend.PackedWeights;
import org.clattention.backend.StoreStep;
import org.clattention.opencl.Buffer;
import org.clattention.opencl.Event;
import org.clattention.opencl.Kernel;
import org.clattention.opencl.NdRange;
import org.clattention.opencl.OpenClException;
import org.clattention.opencl.Queue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A queue, its own kernel objects and its scratch memory. Given back to the backend's pool when closed. */
final class OpenClLane implements Lane {
    private static final Logger log = LoggerFactory.getLogger(OpenClLane.class);

    private final OpenClBackend backend;
    private final Queue queue;
    private final Map<KernelVariant, Kernel> kernels = new HashMap<>();
    private final Map<Scratch, Buffer> scratch = new EnumMap<>(Scratch.class);
    private final Products products;
    private final ExplicitAttention attention;
    private final Rows rows;
    private final PanelProducts panelProducts;
    private final FusedAttention fused;
    private final GpuProducts gpuProducts;
    private final GpuAttention gpuAttention;
    private boolean unfinished;
    private final List<Event> pending = new ArrayList<>();

    OpenClLane(OpenClBackend backend, Queue queue) {
        this.backend = backend;
        this.queue = queue;
        this.products = new Products(this);
        this.attention = new ExplicitAttention(this);
        this.rows = new Rows(this);
        this.panelProducts = new PanelProducts(this);
        this.fused = new FusedAttention(this);
        this.gpuProducts = new GpuProducts(this);
        this.gpuAttention = new GpuAttention(this);
    }

    Queue queue() {
        return queue;
    }

    DeviceProfile profile() {
        return backend.profile();
    }

    Buffer optional(@Nullable DeviceArray array) {
        return array == null ? placeholder() : OpenClArray.bufferOf(array);
    }

    /** The backend's stand-in for optional arrays that are absent; kernels never read it. */
    Buffer placeholder() {
        return backend.placeholder();
    }

    Kernel kernel(KernelId id, String options) {
        return kernels.computeIfAbsent(
                new KernelVariant(id, options),
                v -> backend.programs().program(v).kernel(v.id().function()));
    }

    void launch(Kernel kernel, NdRange range) {
        unfinished = true;
        Event event = queue.launch(kernel, range);
        if (event == null) {
            return;
        }
        pending.add(event);
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
        OpenClWeights packed = (OpenClWeights) weights;
        if (PanelProducts.takes(packed, firstOutput)) {
            panelProducts.projectHeads(x, batch, length, packed, firstOutput, targets);
        } else if (GpuPlan.fits(profile())) {
            gpuProducts.projectHeads(x, batch, length, packed, firstOutput, targets);
        } else {
            products.projectHeads(x, batch, length, packed, firstOutput, targets);
        }
    }

    @Override
    public void project(DeviceArray x, long rows, PackedWeights weights, DeviceArray y) {
        OpenClWeights packed = (OpenClWeights) weights;
        if (PanelProducts.takes(packed, 0)) {
            panelProducts.project(x, Math.toIntExact(rows), packed, y);
        } else if (GpuPlan.fits(profile())) {
            gpuProducts.project(x, Math.toIntExact(rows), packed, y);
        } else {
            products.project(x, rows, packed, y);
        }
    }

    @Override
    public void attend(AttentionStep step) {
        if (CpuPlan.unfusable(profile(), step).isEmpty()) {
            fused.run(step);
        } else if (GpuPlan.unfusable(profile(), step).isEmpty()) {
            gpuAttention.run(step);
        } else {
            attention.run(step);
        }
    }

    @Override
    public void softmax(DeviceArray x, DeviceArray y, int outer, int columns, int inner) {
        attention.softmax(x, y, outer, columns, inner);
    }

    @Override
    public void projectEachHead(HeadProductStep step) {
        products.projectEachHead(step);
    }

    @Override
    public void store(StoreStep step) {
        rows.store(step);
    }

    @Override
    public void normalize(NormStep step) {
        rows.normalize(step);
    }

    @Override
    public void activate(DeviceArray x, DeviceArray y, long elements, Activation activation, double alpha) {
        rows.activate(x, y, elements, activation, alpha);
    }

    @Override
    public void gate(DeviceArray gate, DeviceArray up, DeviceArray out, long elements, Activation activation) {
        rows.gate(gate, up, out, elements, activation);
    }

    @Override
    public void add(DeviceArray a, DeviceArray b, DeviceArray out, long elements) {
        rows.add(a, b, out, elements);
    }

    @Override
    public void copy(DeviceArray source, long sourceElement, DeviceArray target, long targetElement, long elements) {
        if (source.type() != target.type()) {
            throw new IllegalStateException("copy from " + source.type() + " to " + target.type());
        }
        long bytes = source.type().bytes();
        unfinished = true;
        queue.copy(
                OpenClArray.bufferOf(source),
                sourceElement * bytes,
                OpenClArray.bufferOf(target),
                targetElement * bytes,
                elements * bytes);
    }

    @Override
    public void finish() {
        queue.finish();
        unfinished = false;
        for (Event event : pending) {
            backend.ran(event.name(), event.nanoseconds());
        }
        forgetEvents();
    }

    private void forgetEvents() {
        pending.forEach(Event::close);
        pending.clear();
    }

    @Override
    public void close() {
        if (unfinished) {
            // A call failed on its way: what it queued must not outlive the arrays that it used.
            try {
                queue.finish();
            } catch (OpenClException e) {
                log.warn("after a failed call: {}", e.getMessage());
            }
            unfinished = false;
        }
        forgetEvents();
        backend.giveBack(this);
    }

    /** Frees what the lane holds. */
    void dispose() {
        kernels.values().forEach(Kernel::close);
        scratch.values().forEach(Buffer::close);
        queue.close();
    }
}
