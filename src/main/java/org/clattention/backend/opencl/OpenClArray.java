package org.clattention.backend.opencl;

import org.clattention.DataType;
import org.clattention.backend.DeviceArray;
import org.clattention.opencl.Buffer;

/** Elements in an OpenCL buffer, from its start on. */
record OpenClArray(Buffer buffer, DataType type, long elements) implements DeviceArray {
    static Buffer bufferOf(DeviceArray array) {
        return ((OpenClArray) array).buffer;
    }

    @Override
    public void close() {
        buffer.close();
    }
}
