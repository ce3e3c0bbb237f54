package org.clattention.backend.opencl;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import org.clattention.DataType;
import org.clattention.DeviceInfo;
import org.clattention.EngineOptions;
import org.clattention.HostTensor;
import org.clattention.KernelTime;
import org.clattention.PeakRates;
import org.clattention.StepPlan;
import org.clattention.backend.Backend;
import org.clattention.backend.DeviceArray;
import org.clattention.backend.Lane;
import org.clattention.backend.PackedWeights;
import org.clattention.backend.PlanRecorder;
import org.clattention.backend.Reasons;
import org.clattention.backend.Recording;
import org.clattention.opencl.Buffer;
import org.clattention.opencl.Context;
import org.clattention.opencl.OpenClDevice;
import org.clattention.opencl.ProgramCache;
import org.clattention.opencl.Queue;
import org.jspecify.annotations.Nullable;

/** The backend on an OpenCL device: its context, programs, weights and lanes. */
public final class OpenClBackend implements Backend {
    /** Calls that may be in flight at a time; more would only add scratch memory. */
    private static final int MAX_LANES = 4;

    private static final int STAGING_BYTES = 4 << 20;

    private final DeviceInfo info;
    private final DeviceProfile profile;
    private final boolean profiling;
    private final Context context;
    private final ProgramLibrary programs;
    private final Buffer placeholder;
    private final Semaphore free = new Semaphore(MAX_LANES, true);
    private final Deque<OpenClLane> idle = new ArrayDeque<>();
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
                options.profiling());
    }

    /** As if the device had this profile: for tests of what the planner does on others. */
    OpenClBackend(OpenClDevice device, ProgramCache cache, DeviceProfile profile, boolean profiling) {
        this.info = device.info();
        this.profile = profile;
        this.reasons = new OpenClReasons(profile);
        this.profiling = profiling;
        this.context = Context.open(device);
        try {
            this.placeholder = context.allocate(256, "placeholder");
        } catch (RuntimeException e) {
            context.close();
            throw e;
        }
        this.programs = new ProgramLibrary(context, cache);
    }

    @Override
    public DeviceInfo device() {
        return info;
    }

    DeviceProfile profile() {
        return profile;
    }

    Context context() {
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
        return new OpenClArray(context.allocate(bytes, name), type, elements);
    }

    @Override
    public boolean sharesHostMemory() {
        return hostMemory.shared();
    }

    @Override
    public DeviceArray wrap(DataType type, ByteBuffer memory, String name) {
        return new OpenClArray(context.wrap(memory, name), type, memory.remaining() / type.bytes());
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
        OpenClLane lane = take();
        Recording recording = recorder.current();
        if (recording != null) {
            recording.begin("pack_weights", name, "once for each layer, when it is made");
        }
        try {
            return new WeightPacker(this, lane, name, use).pack(matrices, biases);
        } finally {
            lane.close();
        }
    }

    /** Writes a tensor's bytes; native code sees only memory, never a file that somebody may cut short. */
    static void upload(Queue queue, Buffer target, long offset, HostTensor values) {
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
    static void upload(Queue queue, Buffer target, long offset, ByteBuffer bytes) {
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
        OpenClLane lane = take();
        try {
            work.accept(lane.queue());
        } finally {
            giveBack(lane);
        }
    }

    @Override
    public Lane lane() {
        return recorder.around(take(), reasons);
    }

    @Override
    public List<StepPlan> explain(Runnable calls) {
        return recorder.record(calls);
    }

    private OpenClLane take() {
        free.acquireUninterruptibly();
        try {
            OpenClLane lane;
            synchronized (idle) {
                lane = idle.poll();
            }
            if (lane == null) {
                lane = new OpenClLane(this, context.queue(profiling));
            }
            lane.record(recorder.current());
            return lane;
        } catch (RuntimeException e) {
            free.release();
            throw e;
        }
    }

    void giveBack(OpenClLane lane) {
        synchronized (idle) {
            idle.push(lane);
        }
        free.release();
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
        try (OpenClLane lane = take()) {
            return new PeakMeasurement(this, lane).measure();
        }
    }

    @Override
    public long liveBytes() {
        return context.liveBytes();
    }

    @Override
    public void close() {
        List<OpenClLane> lanes;
        synchronized (idle) {
            lanes = new ArrayList<>(idle);
            idle.clear();
        }
        lanes.forEach(OpenClLane::dispose);
        programs.close();
        placeholder.close();
        context.close();
    }
}
