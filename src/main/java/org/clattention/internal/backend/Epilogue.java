package org.clattention.internal.backend;

import org.clattention.config.Activation;
import org.jspecify.annotations.Nullable;

/**
 * What a projection does to its results before it stores them: y = f(x·Wᵀ + b) · factor + addend, element by element, in
 * f32. The arrays are as large as the result, and other arrays than it.
 *
 * @param activation f; null: identity
 * @param factor F32, a gated feed-forward network's other half; only with an activation; null: 1
 * @param addend the residual, of the types of activations; null: 0
 */
public record Epilogue(
        @Nullable Activation activation,
        @Nullable DeviceArray factor,
        @Nullable DeviceArray addend) {
    /** Nothing: y = x·Wᵀ + b. */
    public static final Epilogue NONE = new Epilogue(null, null, null);

    /** Checks that a factor has an activation. */
    public Epilogue {
        if (factor != null && activation == null) {
            throw new IllegalArgumentException("factor: needs an activation");
        }
    }

    /** f(y). */
    public static Epilogue activate(Activation activation) {
        return new Epilogue(activation, null, null);
    }

    /** f(y) · factor. */
    public static Epilogue gate(Activation activation, DeviceArray factor) {
        return new Epilogue(activation, factor, null);
    }

    /** y + addend; nothing if there is none. */
    public static Epilogue add(@Nullable DeviceArray addend) {
        return addend == null ? NONE : new Epilogue(null, null, addend);
    }

    /** Whether anything happens. */
    public boolean isNone() {
        return activation == null && addend == null;
    }
}
