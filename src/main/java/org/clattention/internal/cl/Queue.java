package org.clattention.internal.cl;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
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

    /** Work-items of a call that is over so soon that watching for its end pays. */
    private static final long MOST_WATCHED_ITEMS = 64;

    private final Context context;
    private final cl_command_queue id;
    private final boolean profiling;
    private final boolean watches;
    private final ByteBuffer status = ByteBuffer.allocateDirect(Integer.BYTES).order(ByteOrder.nativeOrder());
    private final Pointer statusPointer = Pointer.to(status);
    private long items;

    private Queue(Context context, cl_command_queue id, boolean profiling) {
        super("queue", context.name(), context);
        this.context = context;
        this.id = id;
        this.profiling = profiling;
        this.watches = context.device().info().kind() == DeviceInfo.Kind.CPU;
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
        requireOpen();
        kernel.requireReady();
        items += range.items();
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
            throw e.with("  kernel  " + kernel.name() + "\n  launch  " + range + ", device limit "
                    + context.device().info().maxWorkGroupSize() + "\n  device  " + context.device());
        }
        return event == null ? null : Event.of(event, kernel.name());
    }

    /** Sizes of groups; null if the driver may choose. */
    private long @Nullable [] groups(NdRange range) {
        if (context.device().info().kind() == DeviceInfo.Kind.CPU) {
            return range.fewSizes();
        }
        return range.local().length == 0 ? null : range.local();
    }

    /** Copies the remaining bytes of {@code source} to the device and waits for that. */
    public void write(Buffer target, long offset, ByteBuffer source) {
        requireOpen();
        int count = source.remaining();
        target.requireRange(offset, count);
        if (count == 0) {
            return;
        }
        try {
            Cl.before("clEnqueueWriteBuffer");
            Cl.check(
                    "clEnqueueWriteBuffer",
                    CL.clEnqueueWriteBuffer(
                            id, target.id(), true, offset, count, Pointer.toBuffer(source), 0, null, null));
            ShadowChecks.wrote(id, target, count);
        } catch (OpenClException e) {
            throw e.with(where(target));
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
        requireOpen();
        source.requireRange(offset, count);
        if (count == 0) {
            return;
        }
        try {
            Cl.before("clEnqueueReadBuffer");
            Cl.check(
                    "clEnqueueReadBuffer",
                    CL.clEnqueueReadBuffer(
                            id, source.id(), true, offset, count, Pointer.toBuffer(target), 0, null, null));
        } catch (OpenClException e) {
            throw e.with(where(source));
        }
    }

    /** Queues a copy between two buffers. */
    public void copy(Buffer source, long sourceOffset, Buffer target, long targetOffset, long count) {
        requireOpen();
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
            throw e.with(where(target));
        }
    }

    /** Waits until everything queued is done. */
    public void finish() {
        requireOpen();
        try {
            if (watches && items <= MOST_WATCHED_ITEMS) {
                watch();
            }
            items = 0;
            Cl.before("clFinish");
            Cl.check("clFinish", CL.clFinish(id));
        } catch (OpenClException e) {
            throw e.with("  device  " + context.device());
        }
    }

    /**
     * Watches for the end for a short while before sleeping: waking a thread can take longer than a small call. Only on CPU
     * devices, where looking costs next to nothing, and only for small calls: a large one needs this core for itself.
     */
    @SuppressWarnings("ThreadPriorityCheck") // the core is the device's as soon as it has work for it
    private void watch() {
        cl_event end = new cl_event();
        Cl.before("clEnqueueMarkerWithWaitList");
        Cl.check("clEnqueueMarkerWithWaitList", CL.clEnqueueMarkerWithWaitList(id, 0, null, end));
        try {
            long start = System.nanoTime();
            int now;
            do {
                Thread.yield();
                Cl.check(
                        "clGetEventInfo",
                        CL.clGetEventInfo(
                                end, CL.CL_EVENT_COMMAND_EXECUTION_STATUS, Integer.BYTES, statusPointer, null));
                now = status.getInt(0);
            } while (now > CL.CL_COMPLETE && System.nanoTime() - start < WATCH_NANOSECONDS);
            // Negative: the status of a command that failed on the device.
            Cl.check("clFinish", Math.min(now, CL.CL_SUCCESS));
        } finally {
            CL.clReleaseEvent(end);
        }
    }

    private String where(Buffer buffer) {
        return "  buffer  " + buffer.name() + ", " + buffer.bytes() + " bytes\n  device  " + context.device();
    }

    @Override
    void release() {
        CL.clReleaseCommandQueue(id);
    }
}
