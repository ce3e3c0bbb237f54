package org.clattention.internal.backend.opencl;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import org.clattention.config.DataType;
import org.clattention.config.DeviceInfo;
import org.clattention.config.EngineOptions;
import org.clattention.config.HostTensor;
import org.clattention.config.KernelTime;
import org.clattention.config.PeakRates;
import org.clattention.config.StepPlan;
import org.clattention.error.DeviceLostException;
import org.clattention.internal.backend.Backend;
import org.clattention.internal.backend.Closing;
import org.clattention.internal.backend.CommandStream;
import org.clattention.internal.backend.DeviceArray;
import org.clattention.internal.backend.PackedWeights;
import org.clattention.internal.backend.PlanRecorder;
import org.clattention.internal.backend.Reasons;
import org.clattention.internal.backend.Recording;
import org.clattention.internal.backend.opencl.gemm.WeightPacker;
import org.clattention.internal.backend.opencl.launch.KernelId;
import org.clattention.internal.backend.opencl.launch.OpenClArray;
import org.clattention.internal.backend.opencl.launch.ProgramLibrary;
import org.clattention.internal.backend.opencl.plan.DeviceProfile;
import org.clattention.internal.backend.opencl.plan.OpenClReasons;
import org.clattention.internal.cl.Buffer;
import org.clattention.internal.cl.Context;
import org.clattention.internal.cl.OpenClDevice;
import org.clattention.internal.cl.ProgramCache;
import org.clattention.internal.cl.Queue;
import org.jspecify.annotations.Nullable;

/** The backend on an OpenCL device: its context, programs, weights and streams. */
public final class OpenClBackend implements Backend {
    /** Calls that may be in flight at a time; more would only add scratch memory. */
    private static final int MAX_STREAMS = 4;

    private static final int STAGING_BYTES = 4 << 20;

    private final DeviceInfo info;
    private final DeviceProfile profile;
    private final boolean profiling;
    private final Context context;
    private final ProgramLibrary programs;
    private final Buffer placeholder;
    private final Semaphore free = new Semaphore(MAX_STREAMS, true);
    private final Deque<OpenClStream> idle = new ArrayDeque<>();
    private final Map<String, KernelTime> times = new HashMap<>();
    private final HostMemory hostMemory = new HostMemory(this);
    private final PlanRecorder recorder = new PlanRecorder();
    private final Reasons reasons;

    /**
     * Opens a device.
     *
     * @param options profiling and kernels; the device has been selected already
     */
    public OpenClBackend(OpenClDevice device, ProgramCache cache, EngineOptions options) {
        this(
                device,
                cache,
                DeviceProfile.of(device.info(), device.vectorFloats(), options.kernels()),
                options.profiling(),
                options.callLimit());
    }

    /** As if the device had this profile: for tests of what the planner does on others. */
    OpenClBackend(
            OpenClDevice device, ProgramCache cache, DeviceProfile profile, boolean profiling, Duration callLimit) {
        this.info = device.info();
        this.profile = profile;
        this.reasons = new OpenClReasons(profile);
        this.profiling = profiling;
        this.context = Context.open(device, callLimit);
        try {
            this.placeholder = context.allocate(256, "placeholder");
            this.programs = new ProgramLibrary(context, cache);
        } catch (RuntimeException | Error e) {
            throw Closing.after(e, context);
        }
    }

    @Override
    public DeviceInfo device() {
        return info;
    }

    public DeviceProfile profile() {
        return profile;
    }

    public Context context() {
        return context;
    }

    ProgramLibrary programs() {
        return programs;
    }

    Buffer placeholder() {
        return placeholder;
    }

    @Override
    public DeviceArray allocate(DataType type, long elements, String name) {
        // OpenCL has no empty buffers; an array without elements holds one that nobody reads.
        long bytes = Math.max(type.blockBytes(), type.bytes(elements));
        return array(context.allocate(bytes, name), type, elements);
    }

    @Override
    public boolean sharesHostMemory() {
        return hostMemory.shared();
    }

    @Override
    public DeviceArray wrap(DataType type, ByteBuffer memory, String name) {
        return array(context.wrap(memory, name), type, memory.remaining() / type.bytes());
    }

    private static OpenClArray array(Buffer buffer, DataType type, long elements) {
        try {
            return new OpenClArray(buffer, type, elements);
        } catch (RuntimeException | Error e) {
            throw Closing.after(e, buffer);
        }
    }

    @Override
    public void write(DeviceArray target, ByteBuffer elements) {
        withQueue(queue -> upload(queue, OpenClArray.bufferOf(target), 0, elements));
    }

    @Override
    public void read(DeviceArray source, ByteBuffer elements) {
        withQueue(queue -> queue.read(OpenClArray.bufferOf(source), 0, elements));
    }

    @Override
    public void read(DeviceArray source, FloatBuffer elements) {
        withQueue(queue -> queue.read(OpenClArray.bufferOf(source), 0, elements));
    }

    @Override
    public PackedWeights pack(String name, List<HostTensor> matrices, List<@Nullable HostTensor> biases, Use use) {
        try (OpenClStream stream = take()) {
            Recording recording = recorder.current();
            if (recording != null) {
                recording.begin("pack_weights", name, "once for each layer, when it is made");
            }
            return new WeightPacker(this, stream, name, use).pack(matrices, biases);
        }
    }

    /** Writes a tensor's bytes; native code sees only memory, never a file that somebody may cut short. */
    public static void upload(Queue queue, Buffer target, long offset, HostTensor values) {
        if (values.isInMemory()) {
            upload(queue, target, offset, values.data());
            return;
        }
        int bytes = Math.toIntExact(values.type().bytes(values.elements()));
        ByteBuffer staging = ByteBuffer.allocateDirect(Math.min(STAGING_BYTES, Math.max(1, bytes)));
        for (int at = 0; at < bytes; at += staging.capacity()) {
            values.copyBytes(at, staging.clear().limit(Math.min(staging.capacity(), bytes - at)));
            queue.write(target, offset + at, staging.flip());
        }
    }

    /** Through a direct buffer in parts: the binding takes no read-only heap buffer. */
    public static void upload(Queue queue, Buffer target, long offset, ByteBuffer bytes) {
        if (bytes.isDirect()) {
            queue.write(target, offset, bytes);
            return;
        }
        ByteBuffer staging = ByteBuffer.allocateDirect(Math.min(STAGING_BYTES, Math.max(1, bytes.remaining())));
        ByteBuffer rest = bytes.duplicate();
        long at = offset;
        while (rest.hasRemaining()) {
            staging.clear();
            ByteBuffer part = rest.slice(rest.position(), Math.min(staging.capacity(), rest.remaining()));
            rest.position(rest.position() + part.remaining());
            staging.put(part).flip();
            int count = staging.remaining();
            queue.write(target, at, staging);
            at += count;
        }
    }

    void withQueue(Consumer<Queue> work) {
        try (OpenClStream stream = take()) {
            work.accept(stream.queue());
        }
    }

    @Override
    public CommandStream stream() {
        OpenClStream stream = take();
        try {
            return recorder.around(stream, reasons);
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
        return KernelId.of(profile.set());
    }

    private OpenClStream take() {
        free.acquireUninterruptibly();
        try {
            // Whoever waited for a stream of a call that found the device lost.
            context.requireDevice();
            OpenClStream stream;
            synchronized (idle) {
                stream = idle.poll();
            }
            if (stream == null) {
                stream = newStream();
            }
            stream.record(recorder.current());
            return stream;
        } catch (RuntimeException | Error e) {
            free.release();
            throw e;
        }
    }

    private OpenClStream newStream() {
        Queue queue = context.queue(profiling);
        try {
            return new OpenClStream(this, queue);
        } catch (RuntimeException | Error e) {
            throw Closing.after(e, queue);
        }
    }

    /** Ends the use of a stream. Whatever happens to the stream, the next caller may have one. */
    void giveBack(OpenClStream stream) {
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

    /** How many calls could begin now without waiting. */
    int freeStreams() {
        return free.availablePermits();
    }

    void ran(String kernel, long nanoseconds) {
        synchronized (times) {
            times.merge(kernel, new KernelTime(1, nanoseconds), KernelTime::plus);
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
        try (OpenClStream stream = take()) {
            return new PeakMeasurement(this, stream).measure();
        }
    }

    @Override
    public @Nullable DeviceLostException loss() {
        return context.loss();
    }

    @Override
    public long liveBytes() {
        return context.liveBytes();
    }

    @Override
    public void close() {
        List<AutoCloseable> all = new ArrayList<>(List.of(context, placeholder, programs));
        synchronized (idle) {
            idle.forEach(stream -> all.add(stream::dispose));
            idle.clear();
        }
        Closing.all(all);
    }
}
