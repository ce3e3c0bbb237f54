package org.clattention.internal.cl;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jocl.CL;
import org.jocl.Pointer;
import org.jocl.cl_command_queue;

/**
 * What Oclgrind's check of uninitialized memory needs to be right, with {@code -Dclattention.shadowChecks=true}. Its record of
 * the bytes that were written outlives a buffer and passes to the next one in the same place, whatever that one's size; and
 * a write of the host makes it as long as that write. Beyond the record all is reported as uninitialized, kernels' results
 * too. So memory is not freed before its context, and a buffer that the host wrote in part is taken for written.
 */
final class ShadowChecks {
    private static final boolean ON = Boolean.getBoolean("clattention.shadowChecks");

    private final List<Buffer> kept = new ArrayList<>();

    /** Whether the memory of this closed buffer stays until {@link #freeKept}. */
    synchronized boolean keeps(Buffer buffer) {
        if (ON) {
            kept.add(buffer);
        }
        return ON;
    }

    synchronized void freeKept() {
        kept.forEach(Buffer::free);
        kept.clear();
    }

    /** After the host wrote some bytes: writes all of them again, so that the record is as long as the buffer. */
    static void wrote(cl_command_queue queue, Buffer target, long count) {
        if (ON && count < target.bytes()) {
            Pointer all = Pointer.to(ByteBuffer.allocateDirect(Math.toIntExact(target.bytes())));
            Cl.check(
                    "clEnqueueReadBuffer",
                    CL.clEnqueueReadBuffer(queue, target.id(), true, 0, target.bytes(), all, 0, null, null));
            Cl.check(
                    "clEnqueueWriteBuffer",
                    CL.clEnqueueWriteBuffer(queue, target.id(), true, 0, target.bytes(), all, 0, null, null));
        }
    }
}
