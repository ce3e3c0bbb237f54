package org.clattention.backend.opencl;

import org.clattention.DataType;
import org.clattention.backend.DeviceArray;

/** Build options that map a kernel's roles to the storage types of its arrays. */
final class Roles {
    private Roles() {}

    /** For example {@code role("ACT", x)} = {@code " -DACT=F32"}. */
    static String role(String name, DeviceArray array) {
        return role(name, array.type());
    }

    static String role(String name, DataType type) {
        if (type != DataType.F32 && type != DataType.F16 && type != DataType.BF16) {
            throw new IllegalStateException("kernels have no storage type " + type + " for " + name);
        }
        return " -D" + name + "=" + type;
    }
}
