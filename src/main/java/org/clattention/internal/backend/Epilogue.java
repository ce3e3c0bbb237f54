package org.clattention.internal.backend;

import org.clattention.config.Activation;
import org.jspecify.annotations.Nullable;

/** What a projection does to its results, in f32, before it stores them. */
public sealed interface Epilogue {
    /** Nothing: y = x·Wᵀ + b. */
    Elementwise NONE = new Elementwise(null, null, null);

    /** f(y). */
    static Elementwise activate(Activation activation) {
        return new Elementwise(activation, null, null);
    }

    /** f(y) · factor. */
    static Elementwise gate(Activation activation, DeviceArray factor) {
        return new Elementwise(activation, factor, null);
    }

    /** y + addend; nothing if there is none. */
    static Elementwise add(@Nullable DeviceArray addend) {
        return addend == null ? NONE : new Elementwise(null, null, addend);
    }

    /**
     * Element by element: y = f(x·Wᵀ + b) · factor + addend. The arrays are as large as the result, and distinct from it.
     *
     * @param activation f; null: identity
     * @param factor F32, the other half of a gated feed-forward network; only with an activation; null: 1
     * @param addend the residual, of the types of activations; null: 0
     */
    record Elementwise(
            @Nullable Activation activation,
            @Nullable DeviceArray factor,
            @Nullable DeviceArray addend) implements Epilogue {
        /** Checks that a factor has an activation. */
        public Elementwise {
            if (factor != null && activation == null) {
                throw new IllegalArgumentException("factor: needs an activation");
            }
        }

        /** Whether nothing happens. */
        public boolean isNone() {
            return activation == null && addend == null;
        }
    }

    /**
     * Head by head: an RMS norm, then the rotary embedding; at least one of them.
     *
     * @param norm [size] weights of the RMS norm; null for none
     * @param normEpsilon added to the mean square
     * @param rotation the rotary embedding, whose source rows are the projection's; null for none
     */
    record HeadNormRope(@Nullable DeviceArray norm, double normEpsilon, StoreOp.@Nullable Rotation rotation)
            implements Epilogue {
        /** Null if there is nothing to do. */
        public static @Nullable HeadNormRope of(
                @Nullable DeviceArray norm, double normEpsilon, StoreOp.@Nullable Rotation rotation) {
            return norm == null && rotation == null ? null : new HeadNormRope(norm, normEpsilon, rotation);
        }
    }
}
