package org.clattention.internal.cl;

import java.nio.ByteBuffer;
import org.jocl.CL;
import org.jocl.cl_mem;
import org.jspecify.annotations.Nullable;

/** Device memory, owned: closing it gives it back. Or the host's, in use by the device. */
public final class Buffer extends Handle {
    private final Context context;
    private final cl_mem id;
    private final long bytes;

    /** The host's memory that this buffer lies in; kept reachable as long as the device may use it. */
    private final @Nullable ByteBuffer host;

    Buffer(Context context, cl_mem id, long bytes, String name, @Nullable ByteBuffer host) {
        super("buffer", name, context);
        this.context = context;
        this.id = id;
        this.bytes = bytes;
        this.host = host;
    }

    /** Size in bytes. */
    public long bytes() {
        return bytes;
    }

    cl_mem id() {
        requireOpen();
        return id;
    }

    void requireRange(long offset, long count) {
        requireOpen();
        if (offset < 0 || count < 0 || offset > bytes - count) {
            throw new IllegalArgumentException(
                    this + ": bytes [" + offset + ", " + (offset + count) + ") do not lie in its " + bytes);
        }
    }

    @Override
    void release() {
        if (host == null) {
            context.freed(bytes);
        }
        if (!context.shadowChecks().keeps(this)) {
            free();
        }
    }

    @Override
    void abandon() {
        if (host == null) {
            context.freed(bytes);
        } else {
            DeviceHealth.keep(host);
        }
    }

    void free() {
        CL.clReleaseMemObject(id);
    }
}
