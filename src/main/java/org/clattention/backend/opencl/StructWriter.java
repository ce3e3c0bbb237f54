package org.clattention.backend.opencl;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.clattention.backend.HeadView;
import org.clattention.backend.RowLayout;
import org.jspecify.annotations.Nullable;

/** Writes a kernel's struct, field by field: 4-byte fields only, so that no padding is needed on any device. */
final class StructWriter {
    /** Fields of {@code view_t}. */
    static final int VIEW = 4;

    /** Fields of {@code rows_t}. */
    static final int ROWS = 3;

    private final ByteBuffer bytes;

    StructWriter(int fields) {
        bytes = ByteBuffer.wrap(new byte[4 * fields]).order(ByteOrder.LITTLE_ENDIAN);
    }

    StructWriter integers(int... values) {
        for (int value : values) {
            bytes.putInt(value);
        }
        return this;
    }

    StructWriter reals(double... values) {
        for (double value : values) {
            bytes.putFloat((float) value);
        }
        return this;
    }

    StructWriter view(@Nullable HeadView view) {
        return view == null
                ? integers(0, 0, 0, 0)
                : integers(view.offset(), view.batchStride(), view.headStride(), view.rowStride());
    }

    StructWriter rows(RowLayout layout) {
        return integers(layout.kind().code(), layout.period(), layout.columns());
    }

    byte[] done() {
        if (bytes.hasRemaining()) {
            throw new IllegalStateException("struct: " + bytes.remaining() / 4 + " fields are missing");
        }
        return bytes.array();
    }
}
