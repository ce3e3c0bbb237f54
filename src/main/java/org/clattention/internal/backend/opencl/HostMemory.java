package org.clattention.internal.backend.opencl;

import java.nio.ByteBuffer;
import org.clattention.internal.cl.Buffer;
import org.clattention.internal.cl.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Whether a device works on the host's memory itself. A driver that says so may still keep a copy of its own, so both
 * directions are tried, once.
 */
final class HostMemory {
    private static final int ALIGNMENT = 128;
    private static final int BYTES = 4096;
    private static final int OFFSET = 1024;

    private final OpenClBackend backend;
    private @Nullable Boolean shared;

    HostMemory(OpenClBackend backend) {
        this.backend = backend;
    }

    synchronized boolean shared() {
        if (shared == null) {
            shared = backend.device().unifiedMemory() && tried();
        }
        return shared;
    }

    private boolean tried() {
        ByteBuffer host = ByteBuffer.allocateDirect(BYTES + ALIGNMENT).alignedSlice(ALIGNMENT);
        boolean[] answer = new boolean[1];
        try (Buffer wrapped = backend.context().wrap(host, "probe of host memory");
                Buffer device = backend.context().allocate(host.capacity(), "probe")) {
            backend.withQueue(queue -> answer[0] = bothWays(queue, host, wrapped, device));
        }
        return answer[0];
    }

    private static boolean bothWays(Queue queue, ByteBuffer host, Buffer wrapped, Buffer device) {
        ByteBuffer pattern = ByteBuffer.allocateDirect(OFFSET);
        fill(pattern, 1);
        queue.write(device, 0, pattern);
        queue.copy(device, 0, wrapped, OFFSET, OFFSET);
        queue.finish();
        boolean seenByHost = host.slice(OFFSET, OFFSET).equals(pattern);

        fill(host.slice(OFFSET, OFFSET), 7);
        queue.copy(wrapped, OFFSET, device, 0, OFFSET);
        queue.finish();
        queue.read(device, 0, pattern);
        return seenByHost && host.slice(OFFSET, OFFSET).equals(pattern);
    }

    private static void fill(ByteBuffer target, int factor) {
        for (int i = 0; i < target.capacity(); i++) {
            target.put(i, (byte) (factor * i + factor));
        }
    }
}
