package org.clattention.internal.backend.opencl.launch;

import org.clattention.config.DataType;
import org.clattention.internal.backend.DeviceArray;
import org.clattention.internal.cl.Buffer;

/** Elements in an OpenCL buffer, from its start on. */
public record OpenClArray(Buffer buffer, DataType type, long elements) implements DeviceArray {
    public static Buffer bufferOf(DeviceArray array) {
        return ((OpenClArray) array).buffer;
    }

    @Override
    public void close() {
        buffer.close();
    }
}
