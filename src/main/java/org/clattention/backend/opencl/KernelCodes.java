package org.clattention.backend.opencl;

import org.clattention.Activation;
import org.clattention.DataType;
import org.clattention.backend.DeviceArray;
import org.clattention.backend.RowLayout;
import org.jspecify.annotations.Nullable;

/** The numbers by which kernels know what the host has names for, as the kernel sources define them. */
final class KernelCodes {
    private static final KernelDefinitions VIEWS = KernelDefinitions.of("common/views.cl");
    private static final int PLAIN = VIEWS.constant("ROWS_PLAIN");
    private static final int RING = VIEWS.constant("ROWS_RING");
    private static final int PAGED = VIEWS.constant("ROWS_PAGED");

    private static final KernelDefinitions VECTORS = KernelDefinitions.of("cpu/vectors.cl");
    private static final int F32 = VECTORS.constant("F32_CODE");
    private static final int F16 = VECTORS.constant("F16_CODE");
    private static final int BF16 = VECTORS.constant("BF16_CODE");
    private static final int Q8_0 = VECTORS.constant("Q8_0_CODE");

    private static final KernelDefinitions ACTIVATIONS = KernelDefinitions.of("common/activations.cl");
    private static final int IDENTITY = ACTIVATIONS.constant("IDENTITY");
    private static final int RELU = ACTIVATIONS.constant("RELU");
    private static final int GELU = ACTIVATIONS.constant("GELU");
    private static final int GELU_TANH = ACTIVATIONS.constant("GELU_TANH");
    private static final int SILU = ACTIVATIONS.constant("SILU");

    private KernelCodes() {}

    /** Null: the identity. */
    static int of(@Nullable Activation activation) {
        if (activation == null) {
            return IDENTITY;
        }
        return switch (activation) {
            case RELU -> RELU;
            case GELU -> GELU;
            case GELU_TANH -> GELU_TANH;
            case SILU -> SILU;
        };
    }

    static int of(RowLayout.Kind kind) {
        return switch (kind) {
            case PLAIN -> PLAIN;
            case RING -> RING;
            case PAGED -> PAGED;
        };
    }

    /** The type of an array, for a kernel that learns it at run time. */
    static int of(DeviceArray array) {
        return of(array.type());
    }

    private static int of(DataType type) {
        return switch (type) {
            case F32 -> F32;
            case F16 -> F16;
            case BF16 -> BF16;
            case Q8_0 -> Q8_0;
            default -> throw new IllegalStateException("kernels have no code for the storage type " + type);
        };
    }
}
