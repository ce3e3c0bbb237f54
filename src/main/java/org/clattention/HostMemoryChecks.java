package org.clattention;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.clattention.config.Checks;
import org.clattention.config.DataType;
import org.clattention.config.HostTensor;

/** Memory of the host that a device can use in place: the largest vector of any OpenCL device has 128 bytes. */
final class HostMemoryChecks {
    private static final int ALIGNMENT = 128;

    private HostMemoryChecks() {}

    static ByteBuffer allocate(int bytes) {
        if (bytes < 0) {
            throw new IllegalArgumentException("bytes: " + bytes + " must not be negative");
        }
        ByteBuffer roomy =
                direct("bytes", Checks.hostBytes("bytes: with its alignment " + bytes, (long) bytes + ALIGNMENT));
        int start = (ALIGNMENT - roomy.alignmentOffset(0, ALIGNMENT)) % ALIGNMENT;
        return roomy.slice(start, bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Direct memory, or a message that names the limit of the JVM. */
    static ByteBuffer direct(String name, int bytes) {
        try {
            return ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
        } catch (OutOfMemoryError e) {
            throw new IllegalArgumentException(
                    name + ": " + bytes + " bytes are more direct memory than the JVM has left; see"
                            + " -XX:MaxDirectMemorySize (" + e.getMessage() + ")",
                    e);
        }
    }

    static void require(ByteBuffer memory, DataType type, long[] shape) {
        Checks.stored("type", type);
        if (!memory.isDirect() || memory.isReadOnly()) {
            throw new IllegalArgumentException("memory: must be a direct buffer that can be written to");
        }
        // Also refuses negative dimensions and counts that overflow.
        HostTensor.wrap(type, memory, shape);
        if (!memory.hasRemaining()) {
            throw new IllegalArgumentException("shape: " + Arrays.toString(shape) + " must have at least one element");
        }
        int offset = memory.alignmentOffset(memory.position(), ALIGNMENT);
        if (offset != 0) {
            throw new IllegalArgumentException("memory: its address is " + offset + " bytes past a multiple of "
                    + ALIGNMENT + "; AttentionEngine.allocateAligned makes memory that fits");
        }
    }
}
