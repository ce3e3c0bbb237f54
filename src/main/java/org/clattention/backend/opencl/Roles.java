package org.clattention.backend.opencl;

import java.util.Set;
import org.clattention.DataType;
import org.clattention.backend.DeviceArray;

/** Build options that map a kernel's roles to the storage types of its arrays. */
final class Roles {
    /** What kernels read, but do not write, in blocks: weights, cached keys and values, and what comes out of a cache. */
    private static final Set<String> QUANTIZED = Set.of("WGT", "KEY", "SRC");

    private Roles() {}

    /** For example {@code role("ACT", x)} = {@code " -DACT=F32"}. */
    static String role(String name, DeviceArray array) {
        return role(name, array.type());
    }

    static String role(String name, DataType type) {
        return " -D" + name + "=" + stored(name, type);
    }

    /** The type, if kernels can read it in this role, or write it. */
    static DataType stored(String name, DataType type) {
        boolean known = switch (type) {
            case F32, F16, BF16 -> true;
            case Q8_0 -> QUANTIZED.contains(name);
            case Q4_0 -> name.equals("WGT");
            default -> false;
        };
        if (!known) {
            throw new IllegalStateException("kernels have no storage type " + type + " for " + name);
        }
        return type;
    }
}
