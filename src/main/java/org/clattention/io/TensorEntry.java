package org.clattention.io;

import org.clattention.config.DataType;

/** Where one tensor lies: bytes {@code begin} (inclusive) to {@code end} (exclusive), counted from after the header. */
final class TensorEntry {
    final String name;
    final DataType type;
    final long[] shape;
    final long begin;
    final long end;

    TensorEntry(String name, DataType type, long[] shape, long begin, long end) {
        this.name = name;
        this.type = type;
        this.shape = shape;
        this.begin = begin;
        this.end = end;
    }

    long bytes() {
        return end - begin;
    }
}
