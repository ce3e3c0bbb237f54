package org.clattention.internal.backend.opencl.launch;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.EnumMap;
import java.util.Map;
import org.clattention.internal.backend.CommandStream.Scratch;
import org.clattention.internal.cl.Buffer;
import org.clattention.internal.cl.Queue;
import org.jspecify.annotations.Nullable;

/** Brings the few integers of a call to a lane's scratch memory; what is there already is not sent again. */
public final class SmallUploads {
    /** What a slot's buffer holds, if {@code target} is that buffer. */
    private static final class Slot {
        ByteBuffer bytes = ByteBuffer.allocateDirect(0);

        @Nullable
        Buffer target;
    }

    private final Queue queue;
    private final Map<Scratch, Slot> slots = new EnumMap<>(Scratch.class);

    public SmallUploads(Queue queue) {
        this.queue = queue;
    }

    public void write(Scratch name, Buffer target, int[] values) {
        Slot slot = slots.computeIfAbsent(name, n -> new Slot());
        int size = Integer.BYTES * values.length;
        if (slot.target == target && slot.bytes.limit() == size && holds(slot.bytes, values)) {
            return;
        }
        if (slot.bytes.capacity() < size) {
            slot.bytes = ByteBuffer.allocateDirect(size).order(ByteOrder.LITTLE_ENDIAN);
        }
        slot.bytes.clear().limit(size);
        for (int i = 0; i < values.length; i++) {
            slot.bytes.putInt(Integer.BYTES * i, values[i]);
        }
        // Forgotten first: after a failed call it is not known what the buffer holds.
        slot.target = null;
        queue.write(target, 0, slot.bytes);
        slot.target = target;
    }

    private static boolean holds(ByteBuffer bytes, int[] values) {
        for (int i = 0; i < values.length; i++) {
            if (bytes.getInt(Integer.BYTES * i) != values[i]) {
                return false;
            }
        }
        return true;
    }
}
