package org.clattention.internal.cl;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import org.clattention.config.DeviceInfo;
import org.jocl.CL;
import org.jocl.Pointer;
import org.jocl.cl_command_queue;
import org.jocl.cl_event;
import org.jspecify.annotations.Nullable;

/** An in-order command queue. For one thread at a time. */
public final class Queue extends Handle {
    private static final long WATCH_NANOSECONDS = 50_000;

    /** The same for devices that do not need this core. */
    private static final long WATCH_OTHERS_NANOSECONDS = 500_000;

    /** Work-items of a call that is over so soon that watching for its end pays. */
    private static final long MOST_WATCHED_ITEMS = 64;

    private final Context context;
    private final cl_command_queue id;
    private final boolean profiling;
    private final DeviceInfo.Kind kind;
    private final DeviceWait wait;
    private boolean busy;
    private long items;

    private Queue(Context context, cl_command_queue id, boolean profiling) {
        super("queue", context.name(), context);
        this.context = context;
        this.id = id;
        this.profiling = profiling;
        this.kind = context.device().info().kind();
        this.wait = new DeviceWait(context.health());
    }

    @SuppressWarnings("deprecation") // its successor needs OpenCL 2.0
    static Queue create(Context context, boolean profiling) {
        Cl.before("clCreateCommandQueue");
        int[] status = new int[1];
        cl_command_queue id = CL.clCreateCommandQueue(
                context.id(), context.device().id(), profiling ? CL.CL_QUEUE_PROFILING_ENABLE : 0, status);
        Cl.check("clCreateCommandQueue", status[0]);
        return own("clCreateCommandQueue", id, made -> new Queue(context, made, profiling), CL::clReleaseCommandQueue);
    }

    /**
     * Queues a kernel with the arguments that it holds.
     *
     * @return its event if the queue records times, else null; to be closed by the caller
     */
    public @Nullable Event launch(Kernel kernel, NdRange range) {
        requireUsable();
        kernel.requireReady();
        items += range.items();
        busy = true;
        cl_event event = profiling ? new cl_event() : null;
        try {
            Cl.before("clEnqueueNDRangeKernel");
            Cl.check(
                    "clEnqueueNDRangeKernel",
                    CL.clEnqueueNDRangeKernel(
                            id,
                            kernel.id(),
                            range.global().length,
                            null,
                            range.global(),
                            groups(range),
                            0,
                            null,
                            event));
        } catch (OpenClException e) {
            throw context.judged(e.with("  kernel  " + kernel.name() + "\n  launch  " + range + ", device limit "
                    + context.device().info().maxWorkGroupSize() + "\n  device  " + context.device()));
        }
        return event == null ? null : Event.of(event, kernel.name());
    }

    /** Sizes of groups; null if the driver may choose. */
    private long @Nullable [] groups(NdRange range) {
        if (kind == DeviceInfo.Kind.CPU) {
            return range.fewSizes();
        }
        return range.local().length == 0 ? null : range.local();
    }

    /** Copies the remaining bytes of {@code source} to the device and waits for that. */
    public void write(Buffer target, long offset, ByteBuffer source) {
        requireUsable();
        int count = source.remaining();
        target.requireRange(offset, count);
        if (count == 0) {
            return;
        }
        try {
            settle();
            Cl.before("clEnqueueWriteBuffer");
            Cl.check(
                    "clEnqueueWriteBuffer",
                    CL.clEnqueueWriteBuffer(
                            id, target.id(), true, offset, count, Pointer.toBuffer(source), 0, null, null));
            ShadowChecks.wrote(id, target, count);
        } catch (OpenClException e) {
            throw context.judged(e.with(where(target)));
        }
    }

    /** Copies from the device into the remaining bytes of {@code target} and waits for that and all before it. */
    public void read(Buffer source, long offset, ByteBuffer target) {
        read(source, offset, target, target.remaining());
    }

    /** Copies floats from a device into the rest of a direct buffer of little-endian order, likewise. */
    public void read(Buffer source, long offset, FloatBuffer target) {
        read(source, offset, target, Math.multiplyExact(target.remaining(), Float.BYTES));
    }

    private void read(Buffer source, long offset, java.nio.Buffer target, int count) {
        requireUsable();
        source.requireRange(offset, count);
        if (count == 0) {
            return;
        }
        try {
            settle();
            Cl.before("clEnqueueReadBuffer");
            Cl.check(
                    "clEnqueueReadBuffer",
                    CL.clEnqueueReadBuffer(
                            id, source.id(), true, offset, count, Pointer.toBuffer(target), 0, null, null));
        } catch (OpenClException e) {
            throw context.judged(e.with(where(source)));
        }
    }

    /** Queues a copy between two buffers. */
    public void copy(Buffer source, long sourceOffset, Buffer target, long targetOffset, long count) {
        requireUsable();
        busy = true;
        source.requireRange(sourceOffset, count);
        target.requireRange(targetOffset, count);
        try {
            Cl.before("clEnqueueCopyBuffer");
            Cl.check(
                    "clEnqueueCopyBuffer",
                    CL.clEnqueueCopyBuffer(
                            id, source.id(), target.id(), sourceOffset, targetOffset, count, 0, null, null));
            ShadowChecks.wrote(id, target, count);
        } catch (OpenClException e) {
            throw context.judged(e.with(where(target)));
        }
    }

    /** Waits until everything queued is done. */
    public void finish() {
        requireUsable();
        try {
            settle();
            Cl.before("clFinish");
            Cl.check("clFinish", CL.clFinish(id));
        } catch (OpenClException e) {
            throw context.judged(e.with("  device  " + context.device()));
        }
    }

    /**
     * Waits for the commands before a call that would block: only commands of the device can take for ever, and from
     * {@link DeviceWait} there is a way back. The simulator works when it is waited for, so that it cannot be watched.
     */
    private void settle() {
        if (!busy || kind == DeviceInfo.Kind.SIMULATOR) {
            return;
        }
        cl_event end = new cl_event();
        Cl.before("clEnqueueMarkerWithWaitList");
        Cl.check("clEnqueueMarkerWithWaitList", CL.clEnqueueMarkerWithWaitList(id, 0, null, end));
        try {
            Cl.before("clFlush");
            Cl.check("clFlush", CL.clFlush(id));
            // Negative: the status of a command that failed on the device.
            Cl.check("clFinish", Math.min(wait.await(end, watch()), CL.CL_SUCCESS));
        } finally {
            CL.clReleaseEvent(end);
        }
        busy = false;
        items = 0;
    }

    /**
     * How long to watch for the end before sleeping: waking a thread can take longer than a small call. On CPU devices only for
     * small calls: a large one needs this core for itself.
     */
    private long watch() {
        if (kind != DeviceInfo.Kind.CPU) {
            return WATCH_OTHERS_NANOSECONDS;
        }
        return items <= MOST_WATCHED_ITEMS ? WATCH_NANOSECONDS : 0;
    }

    private void requireUsable() {
        requireOpen();
        context.requireDevice();
    }

    private String where(Buffer buffer) {
        return "  buffer  " + buffer.name() + ", " + buffer.bytes() + " bytes\n  device  " + context.device();
    }

    @Override
    void release() {
        CL.clReleaseCommandQueue(id);
    }
}
