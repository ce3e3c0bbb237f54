package org.clattention.internal.cl;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicLong;
import org.clattention.error.DeviceMemoryException;
import org.jocl.CL;
import org.jocl.Pointer;
import org.jocl.cl_context;
import org.jocl.cl_context_properties;
import org.jocl.cl_device_id;
import org.jocl.cl_mem;

/** An OpenCL context on one device; makes its buffers and queues. Thread-safe. */
public final class Context extends Handle {
    private final OpenClDevice device;
    private final cl_context id;
    private final AtomicLong liveBytes = new AtomicLong();
    private final ShadowChecks shadowChecks = new ShadowChecks();

    private Context(OpenClDevice device, cl_context id) {
        super("context", device.info().selector());
        this.device = device;
        this.id = id;
    }

    /** Opens a context. */
    public static Context open(OpenClDevice device) {
        Cl.before("clCreateContext");
        cl_context_properties properties = new cl_context_properties();
        properties.addProperty(CL.CL_CONTEXT_PLATFORM, device.platform());
        int[] status = new int[1];
        cl_context id = CL.clCreateContext(properties, 1, new cl_device_id[] {device.id()}, null, null, status);
        Cl.check("clCreateContext", status[0]);
        return new Context(device, id);
    }

    /** The device of this context. */
    public OpenClDevice device() {
        return device;
    }

    /** Bytes held by open buffers. */
    public long liveBytes() {
        return liveBytes.get();
    }

    /**
     * Allocates device memory for reading and writing; its contents are undefined.
     *
     * @param bytes size; must be positive
     * @param name what it holds, for messages
     * @throws DeviceMemoryException if the device's limits do not allow it
     */
    public Buffer allocate(long bytes, String name) {
        requireOpen();
        if (bytes <= 0) {
            throw new IllegalArgumentException(name + ": a buffer of " + bytes + " bytes cannot be made");
        }
        if (bytes > device.info().maxAllocationBytes()) {
            throw new DeviceMemoryException(
                    name, bytes, device.info().maxAllocationBytes(), "its limit for one buffer");
        }
        long total = liveBytes.addAndGet(bytes);
        if (total > device.info().memoryBytes()) {
            liveBytes.addAndGet(-bytes);
            long left = device.info().memoryBytes() - (total - bytes);
            throw new DeviceMemoryException(name, bytes, left, "what is left of its memory");
        }
        try {
            Cl.before("clCreateBuffer");
            int[] status = new int[1];
            cl_mem mem = CL.clCreateBuffer(id, CL.CL_MEM_READ_WRITE, bytes, null, status);
            Cl.check("clCreateBuffer", status[0]);
            return new Buffer(this, mem, bytes, name, null);
        } catch (OpenClException e) {
            liveBytes.addAndGet(-bytes);
            throw e.with("  buffer  " + name + ", " + bytes + " bytes\n  device  " + device);
        }
    }

    /**
     * Lets the device use memory of the host in place. It is not counted among the live bytes.
     *
     * @param host direct; all bytes from its position to its limit, at least one
     */
    public Buffer wrap(ByteBuffer host, String name) {
        requireOpen();
        ByteBuffer memory = host.slice();
        try {
            Cl.before("clCreateBuffer");
            int[] status = new int[1];
            long flags = CL.CL_MEM_READ_WRITE | CL.CL_MEM_USE_HOST_PTR;
            cl_mem mem = CL.clCreateBuffer(id, flags, memory.capacity(), Pointer.to(memory), status);
            Cl.check("clCreateBuffer", status[0]);
            return new Buffer(this, mem, memory.capacity(), name, memory);
        } catch (OpenClException e) {
            throw e.with("  buffer  " + name + ", " + memory.capacity() + " bytes of the host\n  device  " + device);
        }
    }

    /**
     * Makes an in-order queue.
     *
     * @param profiling record the start and end of each command
     */
    public Queue queue(boolean profiling) {
        requireOpen();
        return Queue.create(this, profiling);
    }

    void freed(long bytes) {
        liveBytes.addAndGet(-bytes);
    }

    ShadowChecks shadowChecks() {
        return shadowChecks;
    }

    cl_context id() {
        return id;
    }

    @Override
    void release() {
        shadowChecks.freeKept();
        CL.clReleaseContext(id);
    }
}
