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
        bytes = ByteBuffer.allocate(4 * fields).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Starts another struct of so many fields, at most those of the constructor; the last one is gone then. */
    StructWriter restart(int fields) {
        bytes.clear().limit(4 * fields);
        return this;
    }

    // Overloads besides the variable arguments: those would make an array for every call of a layer.

    StructWriter integers(int first) {
        bytes.putInt(first);
        return this;
    }

    StructWriter integers(int first, int second) {
        return integers(first).integers(second);
    }

    StructWriter integers(int first, int second, int third) {
        return integers(first).integers(second).integers(third);
    }

    StructWriter integers(int first, int second, int third, int fourth) {
        return integers(first, second).integers(third, fourth);
    }

    StructWriter integers(int... values) {
        for (int value : values) {
            bytes.putInt(value);
        }
        return this;
    }

    StructWriter reals(double value) {
        bytes.putFloat((float) value);
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

    /** The struct, valid until the next one is begun. */
    ByteBuffer done() {
        if (bytes.hasRemaining()) {
            throw new IllegalStateException("struct: " + bytes.remaining() / 4 + " fields are missing");
        }
        return bytes.flip();
    }
}
