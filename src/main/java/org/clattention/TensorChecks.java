package org.clattention;

import java.util.Arrays;
import org.clattention.config.DataType;

/** Checks of tensors that name the parameter, the value and the rule. */
final class TensorChecks {
    private TensorChecks() {}

    static void rank(String name, Tensor tensor, int rank, String meaning) {
        if (tensor.rank() != rank) {
            throw new IllegalArgumentException(
                    name + ": shape " + Arrays.toString(tensor.shape()) + " must be " + meaning);
        }
    }

    static void type(String name, Tensor tensor, DataType type) {
        if (tensor.type() != type) {
            throw new IllegalArgumentException(name + ": type " + tensor.type() + " must be " + type);
        }
    }

    static void floatingPoint(String name, Tensor tensor) {
        if (!tensor.type().isFloatingPoint()) {
            throw new IllegalArgumentException(name + ": type " + tensor.type() + " must be F32, F16 or BF16");
        }
    }
}
