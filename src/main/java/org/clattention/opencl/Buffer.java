package org.clattention.opencl;

import org.jocl.CL;
import org.jocl.cl_mem;

/** Device memory, owned: closing it gives it back. */
public final class Buffer extends Handle {
    private final Context context;
    private final cl_mem id;
    private final long bytes;

    Buffer(Context context, cl_mem id, long bytes, String name) {
        super("buffer", name);
        this.context = context;
        this.id = id;
        this.bytes = bytes;
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
        context.freed(bytes);
        CL.clReleaseMemObject(id);
    }
}
