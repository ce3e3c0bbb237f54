package org.clattention.bench.peers;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A message in the wire format of Protocol Buffers, field by field. Large contents are copied once, at the end. */
final class ProtoMessage {
    private static final int VARINT = 0;
    private static final int LENGTH = 2;
    private static final int FIXED32 = 5;

    private final List<ByteBuffer> pieces = new ArrayList<>();
    private int size;

    ProtoMessage integer(int field, long value) {
        tag(field, VARINT);
        return varint(value);
    }

    ProtoMessage real(int field, float value) {
        tag(field, FIXED32);
        return add(ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putFloat(value)
                .flip());
    }

    ProtoMessage text(int field, String value) {
        return bytes(field, ByteBuffer.wrap(value.getBytes(StandardCharsets.UTF_8)));
    }

    ProtoMessage bytes(int field, ByteBuffer value) {
        tag(field, LENGTH);
        varint(value.remaining());
        return add(value.duplicate());
    }

    ProtoMessage message(int field, ProtoMessage value) {
        tag(field, LENGTH);
        varint(value.size);
        value.pieces.forEach(this::add);
        return this;
    }

    byte[] toBytes() {
        ByteBuffer out = ByteBuffer.allocate(size);
        pieces.forEach(piece -> out.put(piece.duplicate()));
        return out.array();
    }

    private void tag(int field, int wireType) {
        varint(8L * field + wireType);
    }

    /** Seven bits at a time, the lowest first; the highest bit of a byte says that more follow. */
    private ProtoMessage varint(long value) {
        ByteBuffer out = ByteBuffer.allocate(10);
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            out.put((byte) ((rest & 0x7f) | 0x80));
            rest >>>= 7;
        }
        return add(out.put((byte) rest).flip());
    }

    private ProtoMessage add(ByteBuffer piece) {
        size = Math.addExact(size, piece.remaining());
        pieces.add(piece);
        return this;
    }
}
