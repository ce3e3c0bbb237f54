package org.clattention.internal.cl;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.clattention.error.DeviceException;
import org.clattention.error.DeviceLostException;
import org.clattention.error.DeviceMemoryException;
import org.jocl.CL;
import org.jocl.Pointer;
import org.jocl.cl_context;
import org.jocl.cl_context_properties;
import org.jocl.cl_device_id;
import org.jocl.cl_mem;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An OpenCL context on one device; makes its buffers and queues. Thread-safe. */
public final class Context extends Handle {
    private static final Logger log = LoggerFactory.getLogger(Context.class);

    private final OpenClDevice device;
    private final cl_context id;
    private final AtomicLong liveBytes = new AtomicLong();
    private final Set<Handle> handles = ConcurrentHashMap.newKeySet();
    private final DeviceHealth health;
    private final ShadowChecks shadowChecks = new ShadowChecks();

    private Context(OpenClDevice device, cl_context id, Duration limit) {
        super("context", device.info().selector(), null);
        this.device = device;
        this.id = id;
        this.health = new DeviceHealth(device, limit);
    }

    /**
     * Opens a context.
     *
     * @param limit how long its queues wait for the device at a time; zero = for ever
     */
    public static Context open(OpenClDevice device, Duration limit) {
        Cl.before("clCreateContext");
        cl_context_properties properties = new cl_context_properties();
        properties.addProperty(CL.CL_CONTEXT_PLATFORM, device.platform());
        int[] status = new int[1];
        cl_context id = CL.clCreateContext(properties, 1, new cl_device_id[] {device.id()}, null, null, status);
        Cl.check("clCreateContext", status[0]);
        return own("clCreateContext", id, made -> new Context(device, made, limit), CL::clReleaseContext);
    }

    /** The device of this context. */
    public OpenClDevice device() {
        return device;
    }

    /** Why the device is lost; null while it works. */
    public @Nullable DeviceLostException loss() {
        return health.loss();
    }

    /** Fails if the device is lost. */
    public void requireDevice() {
        health.require();
    }

    DeviceHealth health() {
        return health;
    }

    /** A failed call on this device, or the loss of the device if that is what it shows. */
    RuntimeException judged(OpenClException failure) {
        return health.judged(failure, this::works);
    }

    /** Whether the device still takes and gives a few bytes. */
    private boolean works() {
        ByteBuffer bytes = ByteBuffer.allocateDirect(Integer.BYTES).putInt(0, 1);
        try (Queue queue = queue(false);
                Buffer buffer = allocate(Integer.BYTES, "probe")) {
            queue.write(buffer, 0, bytes);
            bytes.putInt(0, 0);
            queue.read(buffer, 0, bytes);
            queue.finish();
            return bytes.getInt(0) == 1;
        } catch (DeviceException e) {
            log.warn("the device does not answer after a failure: {}", e.getMessage());
            return false;
        }
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
        health.require();
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
        boolean done = false;
        try {
            Cl.before("clCreateBuffer");
            int[] status = new int[1];
            cl_mem mem = CL.clCreateBuffer(id, CL.CL_MEM_READ_WRITE, bytes, null, status);
            Cl.check("clCreateBuffer", status[0]);
            Buffer buffer = own(
                    "clCreateBuffer", mem, made -> new Buffer(this, made, bytes, name, null), CL::clReleaseMemObject);
            done = true;
            return buffer;
        } catch (OpenClException e) {
            throw judged(e.with("  buffer  " + name + ", " + bytes + " bytes\n  device  " + device));
        } finally {
            if (!done) {
                liveBytes.addAndGet(-bytes);
            }
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
            return own(
                    "clCreateBuffer",
                    mem,
                    made -> new Buffer(this, made, memory.capacity(), name, memory),
                    CL::clReleaseMemObject);
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

    /** Remembers what to close with this context, should nobody else do so. */
    void adopt(Handle handle) {
        handles.add(handle);
    }

    void disown(Handle handle) {
        handles.remove(handle);
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
    boolean abandoned() {
        return health.hangs();
    }

    @Override
    void abandon() {
        closeLeft();
    }

    @Override
    void release() {
        try {
            closeLeft();
            shadowChecks.freeKept();
        } finally {
            CL.clReleaseContext(id);
        }
    }

    /** What an error has left without an owner must not outlive this. */
    private void closeLeft() {
        List<Handle> left = new ArrayList<>(handles);
        if (!left.isEmpty()) {
            LiveHandles.left(left.size());
            log.warn("{} OpenCL objects of a closed engine had not been closed: {}", left.size(), left);
            left.forEach(Handle::close);
        }
    }
}
