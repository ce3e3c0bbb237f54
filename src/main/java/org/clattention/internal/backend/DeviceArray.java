package org.clattention.internal.backend;

import org.clattention.config.DataType;

/** A run of elements in a backend's memory. Owned: closing it frees it; a stream's scratch belongs to the stream. */
public interface DeviceArray extends AutoCloseable {
    /** The element type. */
    DataType type();

    /** The number of elements. */
    long elements();

    @Override
    void close();
}
