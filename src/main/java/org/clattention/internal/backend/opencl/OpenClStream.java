package org.clattention.internal.backend.opencl;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.clattention.config.Activation;
import org.clattention.config.DataType;
import org.clattention.error.DeviceException;
import org.clattention.internal.backend.AttentionOp;
import org.clattention.internal.backend.BatchedGemmOp;
import org.clattention.internal.backend.Closing;
import org.clattention.internal.backend.CommandStream;
import org.clattention.internal.backend.DeviceArray;
import org.clattention.internal.backend.Epilogue;
import org.clattention.internal.backend.HeadTarget;
import org.clattention.internal.backend.NormalizeOp;
import org.clattention.internal.backend.PackedWeights;
import org.clattention.internal.backend.Recording;
import org.clattention.internal.backend.SeparateEpilogue;
import org.clattention.internal.backend.StoreOp;
import org.clattention.internal.backend.opencl.attention.FlashAttentionKernels;
import org.clattention.internal.backend.opencl.attention.GpuAttentionKernels;
import org.clattention.internal.backend.opencl.attention.MaterializedAttentionKernels;
import org.clattention.internal.backend.opencl.attention.SoftmaxKernels;
import org.clattention.internal.backend.opencl.gemm.GemmKernels;
import org.clattention.internal.backend.opencl.gemm.OpenClWeights;
import org.clattention.internal.backend.opencl.gemm.PackedGemmKernels;
import org.clattention.internal.backend.opencl.gemm.TiledGemmKernels;
import org.clattention.internal.backend.opencl.launch.KernelChoice;
import org.clattention.internal.backend.opencl.launch.KernelId;
import org.clattention.internal.backend.opencl.launch.KernelVariant;
import org.clattention.internal.backend.opencl.launch.OpenClArray;
import org.clattention.internal.backend.opencl.launch.SmallUploads;
import org.clattention.internal.backend.opencl.launch.StructWriter;
import org.clattention.internal.backend.opencl.plan.CpuPlan;
import org.clattention.internal.backend.opencl.plan.DeviceProfile;
import org.clattention.internal.backend.opencl.plan.KernelPath;
import org.clattention.internal.backend.opencl.rowwise.RowwiseKernels;
import org.clattention.internal.cl.Buffer;
import org.clattention.internal.cl.Event;
import org.clattention.internal.cl.Kernel;
import org.clattention.internal.cl.NdRange;
import org.clattention.internal.cl.Queue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A queue, its own kernel objects and its scratch memory. Given back to the backend's pool when closed. */
public final class OpenClStream implements CommandStream {
    private static final Logger log = LoggerFactory.getLogger(OpenClStream.class);

    private static final int MOST_STRUCT_FIELDS = 128;

    private final OpenClBackend backend;
    private final Queue queue;
    private final Map<KernelVariant, Kernel> kernels = new HashMap<>();
    private final IdentityHashMap<Kernel, KernelVariant> variants = new IdentityHashMap<>();
    private final Map<Scratch, OpenClArray> scratch = new EnumMap<>(Scratch.class);
    private final KernelChoice choice = new KernelChoice(this);
    private final StructWriter struct = new StructWriter(MOST_STRUCT_FIELDS);
    private final SmallUploads uploads;
    private final GemmKernels products;
    private final MaterializedAttentionKernels attention;
    private final SoftmaxKernels softmax;
    private final RowwiseKernels rows;
    private final PackedGemmKernels panelProducts;
    private final FlashAttentionKernels fused;
    private final TiledGemmKernels gpuProducts;
    private final GpuAttentionKernels gpuAttention;
    private final LoopLimit loopLimit;
    private boolean unfinished;
    private @Nullable Recording recording;
    private final List<Event> pending = new ArrayList<>();

    OpenClStream(OpenClBackend backend, Queue queue) {
        this.backend = backend;
        this.queue = queue;
        this.uploads = new SmallUploads(queue);
        this.products = new GemmKernels(this);
        this.attention = new MaterializedAttentionKernels(this);
        this.softmax = new SoftmaxKernels(this);
        this.rows = new RowwiseKernels(this);
        this.panelProducts = new PackedGemmKernels(this);
        this.fused = new FlashAttentionKernels(this);
        this.gpuProducts = new TiledGemmKernels(this);
        this.gpuAttention = new GpuAttentionKernels(this);
        this.loopLimit = new LoopLimit(backend.device());
    }

    public Queue queue() {
        return queue;
    }

    public DeviceProfile profile() {
        return backend.profile();
    }

    public Buffer optional(@Nullable DeviceArray array) {
        return array == null ? placeholder() : OpenClArray.bufferOf(array);
    }

    /** The backend's stand-in for optional arrays that are absent; kernels never read it. */
    public Buffer placeholder() {
        return backend.placeholder();
    }

    /** Begins to pick a kernel; for one choice at a time. */
    public KernelChoice kernel(KernelId id) {
        return choice.of(id);
    }

    /** The writer of kernels' structs; for one struct at a time. */
    public StructWriter struct() {
        return struct;
    }

    public Kernel kernel(KernelId id, String options) {
        return kernels.computeIfAbsent(new KernelVariant(id, options), this::create);
    }

    /** A new kernel object, which is closed with the stream. */
    public Kernel create(KernelVariant variant) {
        Kernel kernel = backend.programs().program(variant).kernel(variant.id().function());
        try {
            variants.put(kernel, variant);
            return kernel;
        } catch (RuntimeException | Error e) {
            throw Closing.after(e, kernel);
        }
    }

    /** Launches are written down from now on, if there is somewhere to. */
    void record(@Nullable Recording into) {
        recording = into;
    }

    public void launch(Kernel kernel, NdRange range) {
        unfinished = true;
        Event event = queue.launch(kernel, range);
        if (event != null) {
            keep(event);
        }
        if (recording != null) {
            KernelVariant variant = Objects.requireNonNull(variants.get(kernel));
            recording.launched(variant.id().file(), variant.id().function(), variant.constants(), range.groups());
        }
    }

    private void keep(Event event) {
        try {
            pending.add(event);
        } catch (RuntimeException | Error e) {
            throw Closing.after(e, event);
        }
    }

    @Override
    public DeviceArray scratch(Scratch slot, DataType type, long elements) {
        OpenClArray held = scratch.get(slot);
        if (held != null && held.type() == type && held.elements() == elements) {
            return held;
        }
        Buffer buffer = scratchBuffer(slot, held, type.bytes(elements));
        try {
            OpenClArray array = new OpenClArray(buffer, type, elements);
            scratch.put(slot, array);
            return array;
        } catch (RuntimeException | Error e) {
            scratch.remove(slot);
            throw Closing.after(e, buffer);
        }
    }

    @Override
    public DeviceArray scratch(Scratch slot, int[] values) {
        DeviceArray array = scratch(slot, DataType.I32, values.length);
        uploads.write(slot, OpenClArray.bufferOf(array), values);
        return array;
    }

    @Override
    public DeviceArray scratch(Scratch slot, float[] values) {
        DeviceArray array = scratch(slot, DataType.F32, values.length);
        uploads.write(slot, OpenClArray.bufferOf(array), values);
        return array;
    }

    private Buffer scratchBuffer(Scratch slot, @Nullable OpenClArray held, long bytes) {
        if (held != null && held.buffer().bytes() >= bytes) {
            return held.buffer();
        }
        if (held != null) {
            scratch.remove(slot);
            held.close();
        }
        return backend.context().allocate(Math.max(bytes, 256), "scratch " + slot);
    }

    @Override
    public void projectHeads(
            DeviceArray x, int batch, int length, PackedWeights weights, int firstOutput, HeadTarget... targets) {
        OpenClWeights packed = (OpenClWeights) weights;
        loopLimit.product(packed.inputs());
        switch (KernelPath.ofProduct(profile(), packed, firstOutput)) {
            case CPU -> panelProducts.projectHeads(x, batch, length, packed, firstOutput, targets);
            case GPU -> {
                gpuProducts.projectHeads(x, batch, length, packed, firstOutput, targets);
                SeparateEpilogue.normRope(this, batch, length, targets);
            }
            case PORTABLE -> {
                products.projectHeads(x, batch, length, packed, firstOutput, targets);
                SeparateEpilogue.normRope(this, batch, length, targets);
            }
        }
    }

    @Override
    public void project(DeviceArray x, long rows, PackedWeights weights, Epilogue.Elementwise epilogue, DeviceArray y) {
        OpenClWeights packed = (OpenClWeights) weights;
        loopLimit.product(packed.inputs());
        KernelPath path = KernelPath.ofProduct(profile(), packed, 0);
        if (path == KernelPath.CPU) {
            panelProducts.project(x, Math.toIntExact(rows), packed, epilogue, y);
        } else if (!epilogue.isNone()) {
            SeparateEpilogue.project(this, x, rows, weights, epilogue, y);
        } else if (path == KernelPath.GPU) {
            gpuProducts.project(x, Math.toIntExact(rows), packed, y);
        } else {
            products.project(x, rows, packed, y);
        }
    }

    @Override
    public void attend(AttentionOp step) {
        loopLimit.attention(step);
        switch (KernelPath.ofAttention(profile(), step)) {
            case CPU -> fused.run(step);
            case GPU -> gpuAttention.run(step);
            case PORTABLE -> attention.run(step);
        }
    }

    @Override
    public void softmax(DeviceArray x, DeviceArray y, int outer, int columns, int inner) {
        softmax.run(x, y, outer, columns, inner);
    }

    @Override
    public void projectEachHead(BatchedGemmOp step) {
        loopLimit.product(step.inner());
        if (CpuPlan.fits(profile())) {
            panelProducts.projectEachHead(step);
        } else {
            products.projectEachHead(step);
        }
    }

    @Override
    public void store(StoreOp step) {
        rows.store(step);
    }

    @Override
    public void normalize(NormalizeOp step) {
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
        DataType type = source.type();
        unfinished = true;
        queue.copy(
                OpenClArray.bufferOf(source),
                type.bytes(sourceElement),
                OpenClArray.bufferOf(target),
                type.bytes(targetElement),
                type.bytes(elements));
    }

    @Override
    public void finish() {
        queue.finish();
        unfinished = false;
        for (int i = 0; i < pending.size(); i++) {
            backend.ran(pending.get(i).name(), pending.get(i).nanoseconds());
        }
        forgetEvents();
    }

    private void forgetEvents() {
        if (!pending.isEmpty()) {
            try {
                Closing.all(pending);
            } finally {
                pending.clear();
            }
        }
    }

    @Override
    public void close() {
        try {
            if (unfinished) {
                settle();
            }
            forgetEvents();
        } finally {
            backend.giveBack(this);
        }
    }

    /** A call failed on its way: what it queued must not outlive the arrays that it used. */
    private void settle() {
        unfinished = false;
        try {
            queue.finish();
        } catch (DeviceException e) {
            log.warn("after a failed call: {}", e.getMessage());
        }
    }

    /** Frees what the stream holds. */
    void dispose() {
        List<AutoCloseable> all = new ArrayList<>();
        all.add(queue);
        all.addAll(scratch.values());
        all.addAll(variants.keySet());
        Closing.all(all);
    }
}
