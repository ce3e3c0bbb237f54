package org.clattention.internal.backend.cpu;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.clattention.config.Activation;
import org.clattention.config.DataType;
import org.clattention.internal.backend.AttentionOp;
import org.clattention.internal.backend.BatchedGemmOp;
import org.clattention.internal.backend.Closing;
import org.clattention.internal.backend.CommandStream;
import org.clattention.internal.backend.DeviceArray;
import org.clattention.internal.backend.Epilogue;
import org.clattention.internal.backend.HeadTarget;
import org.clattention.internal.backend.NormalizeOp;
import org.clattention.internal.backend.PackedWeights;
import org.clattention.internal.backend.SeparateEpilogue;
import org.clattention.internal.backend.StoreOp;
import org.clattention.internal.backend.cpu.attention.AttentionAlgorithm;
import org.clattention.internal.backend.cpu.attention.FlashAttention;
import org.clattention.internal.backend.cpu.attention.MaterializedAttention;
import org.clattention.internal.backend.cpu.attention.SplitKvAttention;
import org.clattention.internal.backend.cpu.gemm.BatchedGemm;
import org.clattention.internal.backend.cpu.gemm.JavaWeights;
import org.clattention.internal.backend.cpu.gemm.PackedGemm;
import org.clattention.internal.backend.cpu.pool.Job;
import org.clattention.internal.backend.cpu.pool.Work;
import org.clattention.internal.backend.cpu.simd.VectorKernels;

/** A caller's way through the steps: each is done when its method returns. Holds the scratch memory of a call. */
public final class JavaStream implements CommandStream {
    private final JavaBackend backend;
    private final Workspace workspace;
    private final Job job = new Job();
    private final PackedGemm products = new PackedGemm(this);
    private final Map<Scratch, JavaArray> scratch = new EnumMap<>(Scratch.class);

    JavaStream(JavaBackend backend, VectorKernels loops) {
        this.backend = backend;
        this.workspace = new Workspace(loops);
    }

    /** The working memory of the thread that calls. */
    public Workspace workspace() {
        return workspace;
    }

    public VectorKernels loops() {
        return workspace.loops();
    }

    /** A call begins. */
    void begin(CallClock clock) {
        job.begin(clock);
    }

    /** Computes all tiles, with the help of the backend's threads. */
    public void run(Work work, int tiles) {
        backend.pool().run(job, work, tiles, workspace);
    }

    /** Working memory of at least so many floats. */
    public float[] floats(Scratch slot, long count) {
        return slot(slot, DataType.F32, count).floats();
    }

    @Override
    public DeviceArray scratch(Scratch slot, DataType type, long elements) {
        JavaArray held = slot(slot, type, elements);
        return held.elements() == elements ? held : held.withElements(elements);
    }

    private JavaArray slot(Scratch slot, DataType type, long elements) {
        JavaArray held = scratch.get(slot);
        if (held != null && held.type() == type && held.elements() >= elements) {
            return held;
        }
        if (held != null) {
            scratch.remove(slot);
            held.close();
        }
        JavaArray grown = backend.memory().allocate(type, elements, "scratch " + slot);
        try {
            scratch.put(slot, grown);
            return grown;
        } catch (RuntimeException | Error e) {
            throw Closing.after(e, grown);
        }
    }

    @Override
    public DeviceArray scratch(Scratch slot, int[] values) {
        JavaArray array = slot(slot, DataType.I32, values.length);
        System.arraycopy(values, 0, array.ints(), 0, values.length);
        return array;
    }

    @Override
    public DeviceArray scratch(Scratch slot, float[] values) {
        JavaArray array = slot(slot, DataType.F32, values.length);
        System.arraycopy(values, 0, array.floats(), 0, values.length);
        return array;
    }

    @Override
    public void projectHeads(
            DeviceArray x, int batch, int length, PackedWeights weights, int firstOutput, HeadTarget... targets) {
        long start = System.nanoTime();
        int rows = Math.multiplyExact(batch, length);
        products.run(JavaArray.of(x), rows, length, (JavaWeights) weights, firstOutput, Epilogue.NONE, targets);
        backend.ran("project_heads", start);
        SeparateEpilogue.normRope(this, batch, length, targets);
    }

    @Override
    public void project(DeviceArray x, long rows, PackedWeights weights, Epilogue.Elementwise epilogue, DeviceArray y) {
        long start = System.nanoTime();
        int count = Math.toIntExact(rows);
        HeadTarget target = HeadTarget.rows(y, weights.outputs());
        products.run(JavaArray.of(x), count, count, (JavaWeights) weights, 0, epilogue, target);
        backend.ran("project", start);
    }

    @Override
    public void projectEachHead(BatchedGemmOp step) {
        long start = System.nanoTime();
        BatchedGemm.run(this, step);
        backend.ran("project_each_head", start);
    }

    @Override
    public void store(StoreOp step) {
        long start = System.nanoTime();
        StoreRows.run(this, step);
        backend.ran("store", start);
    }

    @Override
    public void attend(AttentionOp step) {
        long start = System.nanoTime();
        switch (AttentionAlgorithm.of(step)) {
            case EXPLICIT -> MaterializedAttention.run(this, step);
            case STREAMED -> SplitKvAttention.run(this, step);
            case TILED -> FlashAttention.run(this, step);
        }
        backend.ran("attend", start);
    }

    @Override
    public void softmax(DeviceArray x, DeviceArray y, int outer, int columns, int inner) {
        long start = System.nanoTime();
        SoftmaxRows.run(this, x, y, outer, columns, inner);
        backend.ran("softmax", start);
    }

    @Override
    public void normalize(NormalizeOp step) {
        long start = System.nanoTime();
        Norms.run(this, step);
        backend.ran("normalize", start);
    }

    @Override
    public void activate(DeviceArray x, DeviceArray y, long elements, Activation activation, double alpha) {
        long start = System.nanoTime();
        Elements.activate(this, x, y, elements, activation, alpha);
        backend.ran("activate", start);
    }

    @Override
    public void gate(DeviceArray gate, DeviceArray up, DeviceArray out, long elements, Activation activation) {
        long start = System.nanoTime();
        Elements.gate(this, gate, up, out, elements, activation);
        backend.ran("gate", start);
    }

    @Override
    public void add(DeviceArray a, DeviceArray b, DeviceArray out, long elements) {
        long start = System.nanoTime();
        Elements.add(this, a, b, out, elements);
        backend.ran("add", start);
    }

    @Override
    public void copy(DeviceArray source, long sourceElement, DeviceArray target, long targetElement, long elements) {
        if (source.type() != target.type()) {
            throw new IllegalStateException("copy from " + source.type() + " to " + target.type());
        }
        JavaArray.of(source)
                .copy(
                        Math.toIntExact(sourceElement),
                        JavaArray.of(target),
                        Math.toIntExact(targetElement),
                        Math.toIntExact(elements));
    }

    /** Nothing to wait for: steps are done when they return, and fail where they are called. */
    @Override
    public void finish() {}

    @Override
    public void close() {
        backend.giveBack(this);
    }

    /** Frees what the stream holds. */
    void dispose() {
        Closing.all(List.copyOf(scratch.values()));
        scratch.clear();
    }
}
