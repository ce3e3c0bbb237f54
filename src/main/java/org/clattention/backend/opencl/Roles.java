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

    /** The code of {@code cpu/vectors.cl} for a type that a kernel learns at run time. */
    static int code(DeviceArray array) {
        return switch (array.type()) {
            case F32 -> 0;
            case F16 -> 1;
            case BF16 -> 2;
            default -> throw new IllegalStateException("kernels have no code for the storage type " + array.type());
        };
    }

    static String role(String name, DataType type) {
        return " -D" + name + "=" + stored(name, type);
    }

    /** The type, if kernels can read and write it. */
    static DataType stored(String name, DataType type) {
        if (type != DataType.F32 && type != DataType.F16 && type != DataType.BF16) {
            throw new IllegalStateException("kernels have no storage type " + type + " for " + name);
        }
        return type;
    }
}
