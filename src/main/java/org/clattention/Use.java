package org.clattention;

import java.util.Arrays;
import java.util.Objects;
import org.clattention.config.Checks;
import org.clattention.internal.backend.Closing;
import org.jspecify.annotations.Nullable;

/** The things that one call uses: none of them is freed before the call ends. */
final class Use implements AutoCloseable {
    private final AttentionEngine engine;
    private @Nullable Lifetime[] held = new Lifetime[8];
    private int count;

    Use(AttentionEngine engine) {
        this.engine = engine;
        StackRoom.require();
        engine.requireDevice();
        hold(engine.lifetime());
    }

    /** Keeps something open until this use is closed. */
    void hold(Lifetime lifetime) {
        if (count == held.length) {
            held = Arrays.copyOf(held, 2 * count);
        }
        lifetime.acquire();
        held[count++] = lifetime;
    }

    /** Checks that a required tensor is open and of this engine, and keeps it open. */
    void tensor(String name, Tensor tensor) {
        Checks.given(name, tensor);
        if (tensor.engine() != engine) {
            throw new IllegalArgumentException(name + ": belongs to another engine");
        }
        hold(tensor.lifetime());
    }

    /** The same for an optional one. */
    void optionalTensor(String name, @Nullable Tensor tensor) {
        if (tensor != null) {
            tensor(name, tensor);
        }
    }

    @Override
    public void close() {
        Throwable failure = null;
        while (count > 0) {
            try {
                Objects.requireNonNull(held[--count]).release();
            } catch (RuntimeException | Error e) {
                failure = failure == null ? e : failure;
            }
        }
        if (engine.backend().loss() != null) {
            // Calls that are under way on other threads end first.
            failure = Closing.one(engine, failure);
        }
        Closing.end(failure);
    }
}
