package org.clattention.backend.opencl;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.clattention.backend.HeadView;
import org.clattention.backend.RowLayout;
import org.clattention.backend.opencl.StructLayout.Field;
import org.jspecify.annotations.Nullable;

/** Writes a kernel's struct, field by field and by name: a field out of the kernel's order is an error. For one struct at a time. */
final class StructWriter {
    private final ByteBuffer bytes;
    private StructLayout layout = new StructLayout("none", List.of());
    private int next;

    /** A writer of structs with at most so many fields. */
    StructWriter(int fields) {
        bytes = ByteBuffer.allocate(4 * fields).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Begins a struct; the last one is gone then. */
    StructWriter begin(StructLayout struct) {
        layout = struct;
        next = 0;
        bytes.clear().limit(4 * struct.fields().size());
        return this;
    }

    StructWriter integer(String name, int value) {
        return integer("", name, value);
    }

    StructWriter integer(String owner, String name, int value) {
        expect(owner, name, false);
        bytes.putInt(value);
        return this;
    }

    StructWriter flag(String name, boolean set) {
        return integer(name, set ? 1 : 0);
    }

    StructWriter real(String name, double value) {
        expect("", name, true);
        bytes.putFloat((float) value);
        return this;
    }

    /** A {@code view_t}; all zeros for null. */
    StructWriter view(String name, @Nullable HeadView view) {
        return integer(name, "offset", view == null ? 0 : view.offset())
                .integer(name, "batch", view == null ? 0 : view.batchStride())
                .integer(name, "head", view == null ? 0 : view.headStride())
                .integer(name, "row", view == null ? 0 : view.rowStride());
    }

    /** A {@code rows_t}. */
    StructWriter rows(String name, RowLayout rows) {
        return integer(name, "kind", KernelCodes.of(rows.kind()))
                .integer(name, "period", rows.period())
                .integer(name, "columns", rows.columns());
    }

    private void expect(String owner, String name, boolean real) {
        Field field = next < layout.fields().size() ? layout.fields().get(next) : null;
        if (field == null
                || field.real() != real
                || !field.name().equals(name)
                || !field.owner().equals(owner)) {
            throw new IllegalStateException("struct " + layout.name() + ": the kernel's field " + next + " is " + field
                    + ", but the host writes " + new Field(owner, name, real));
        }
        next++;
    }

    /** The struct, valid until the next one is begun. */
    ByteBuffer done() {
        if (next != layout.fields().size()) {
            throw new IllegalStateException(
                    "struct " + layout.name() + ": " + (layout.fields().size() - next) + " fields are missing");
        }
        return bytes.flip();
    }
}
