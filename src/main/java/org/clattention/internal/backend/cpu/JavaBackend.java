package org.clattention.internal.backend.cpu;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.clattention.config.DataType;
import org.clattention.config.DeviceInfo;
import org.clattention.config.EngineOptions;
import org.clattention.config.HostTensor;
import org.clattention.config.KernelTime;
import org.clattention.config.PeakRates;
import org.clattention.config.StepPlan;
import org.clattention.internal.backend.Backend;
import org.clattention.internal.backend.Closing;
import org.clattention.internal.backend.CommandStream;
import org.clattention.internal.backend.DeviceArray;
import org.clattention.internal.backend.PackedWeights;
import org.clattention.internal.backend.PlanRecorder;
import org.clattention.internal.backend.Recording;
import org.clattention.internal.backend.cpu.gemm.PanelPacker;
import org.clattention.internal.backend.cpu.pool.WorkerPool;
import org.clattention.internal.backend.cpu.simd.VectorKernels;
import org.clattention.internal.backend.cpu.simd.VectorKernelsProvider;
import org.jspecify.annotations.Nullable;

/** The backend in Java: arrays on the heap, threads of its own, and its streams. */
public final class JavaBackend implements Backend {
    /** Calls that may be in flight at a time; more would only add scratch memory. */
    private static final int MAX_STREAMS = 4;

    private final DeviceInfo info;
    private final boolean profiling;
    private final Duration callLimit;
    private final Supplier<VectorKernels> loops;
    private final WorkerPool pool;
    private final JavaMemory memory = new JavaMemory();
    private final Semaphore free = new Semaphore(MAX_STREAMS, true);
    private final Deque<JavaStream> idle = new ArrayDeque<>();
    private final Map<String, KernelTime> times = new HashMap<>();
    private final PlanRecorder recorder = new PlanRecorder();

    /** Opens the backend on all processors, with the best loops that this JVM has. */
    public JavaBackend(EngineOptions options) {
        this(options, VectorKernelsProvider.best(), JavaDevice.threads());
        VectorKernelsProvider.warnOnce();
    }

    JavaBackend(EngineOptions options, Supplier<VectorKernels> loops, int threads) {
        this.info = JavaDevice.info();
        this.profiling = options.profiling();
        this.callLimit = options.callLimit();
        this.loops = loops;
        this.pool = new WorkerPool(threads, loops);
    }

    @Override
    public DeviceInfo device() {
        return info;
    }

    WorkerPool pool() {
        return pool;
    }

    JavaMemory memory() {
        return memory;
    }

    @Override
    public DeviceArray allocate(DataType type, long elements, String name) {
        return memory.allocate(type, elements, name);
    }

    @Override
    public void write(DeviceArray target, ByteBuffer elements) {
        JavaArray.of(target).write(elements);
    }

    @Override
    public void read(DeviceArray source, ByteBuffer elements) {
        JavaArray.of(source).read(elements);
    }

    @Override
    public PackedWeights pack(String name, List<HostTensor> matrices, List<@Nullable HostTensor> biases, Use use) {
        Recording recording = recorder.current();
        if (recording != null) {
            recording.begin("pack_weights", name, "once for each layer, when it is made");
        }
        try (JavaStream stream = take()) {
            return PanelPacker.pack(stream, memory, name, matrices, biases, use);
        }
    }

    @Override
    public CommandStream stream() {
        JavaStream stream = take();
        try {
            return recorder.around(stream, JavaReasons.INSTANCE);
        } catch (RuntimeException | Error e) {
            throw Closing.after(e, stream);
        }
    }

    @Override
    public List<StepPlan> explain(Runnable calls) {
        return recorder.record(calls);
    }

    @Override
    public List<String> kernels() {
        return List.of();
    }

    private JavaStream take() {
        free.acquireUninterruptibly();
        try {
            JavaStream stream;
            synchronized (idle) {
                stream = idle.poll();
            }
            if (stream == null) {
                stream = new JavaStream(this, loops.get());
            }
            stream.begin(CallClock.of(callLimit));
            return stream;
        } catch (RuntimeException | Error e) {
            free.release();
            throw e;
        }
    }

    /** Ends the use of a stream. Whatever happens to the stream, the next caller may have one. */
    void giveBack(JavaStream stream) {
        try {
            synchronized (idle) {
                idle.push(stream);
            }
        } catch (RuntimeException | Error e) {
            throw Closing.after(e, stream::dispose);
        } finally {
            free.release();
        }
    }

    /** Counts a step that began at {@code start} and has just ended. */
    void ran(String step, long start) {
        Recording recording = recorder.current();
        if (recording != null) {
            recording.launched("", step, loops.get().description(), pool.threads() + " threads");
        }
        if (profiling) {
            KernelTime time = new KernelTime(1, System.nanoTime() - start);
            synchronized (times) {
                times.merge(step, time, KernelTime::plus);
            }
        }
    }

    @Override
    public Map<String, KernelTime> takeKernelTimes() {
        synchronized (times) {
            Map<String, KernelTime> taken = new TreeMap<>(times);
            times.clear();
            return taken;
        }
    }

    @Override
    public PeakRates measurePeaks() {
        return new PeakRates(JavaPeaks.gflops(), JavaPeaks.readGigabytes());
    }

    @Override
    public long liveBytes() {
        return memory.liveBytes();
    }

    @Override
    public void close() {
        List<AutoCloseable> all = new ArrayList<>();
        all.add(memory::close);
        all.add(pool);
        synchronized (idle) {
            idle.forEach(stream -> all.add(stream::dispose));
            idle.clear();
        }
        Closing.all(all);
    }
}
