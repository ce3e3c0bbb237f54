package org.clattention.internal.backend.opencl.launch;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.IntUnaryOperator;
import org.clattention.internal.backend.CommandStream.Scratch;
import org.clattention.internal.cl.Buffer;
import org.clattention.internal.cl.Queue;
import org.jspecify.annotations.Nullable;

/** Brings the few numbers of a call to a stream's scratch memory; what is there already is not sent again. */
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
        write(name, target, values.length, i -> values[i]);
    }

    public void write(Scratch name, Buffer target, float[] values) {
        write(name, target, values.length, i -> Float.floatToRawIntBits(values[i]));
    }

    private void write(Scratch name, Buffer target, int count, IntUnaryOperator bits) {
        Slot slot = slots.computeIfAbsent(name, n -> new Slot());
        int size = Math.multiplyExact(Integer.BYTES, count);
        if (slot.target == target && slot.bytes.limit() == size && holds(slot.bytes, count, bits)) {
            return;
        }
        if (slot.bytes.capacity() < size) {
            slot.bytes = ByteBuffer.allocateDirect(size).order(ByteOrder.LITTLE_ENDIAN);
        }
        slot.bytes.clear().limit(size);
        for (int i = 0; i < count; i++) {
            slot.bytes.putInt(Integer.BYTES * i, bits.applyAsInt(i));
        }
        // Forgotten first: after a failed call it is not known what the buffer holds.
        slot.target = null;
        queue.write(target, 0, slot.bytes);
        slot.target = target;
    }

    private static boolean holds(ByteBuffer bytes, int count, IntUnaryOperator bits) {
        for (int i = 0; i < count; i++) {
            if (bytes.getInt(Integer.BYTES * i) != bits.applyAsInt(i)) {
                return false;
            }
        }
        return true;
    }
}
