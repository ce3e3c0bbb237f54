package org.clattention;

import java.util.function.Supplier;
import org.clattention.internal.backend.Closing;
import org.jspecify.annotations.Nullable;

/**
 * One owner, many users: closing forbids new uses at once, and what is owned is freed when the last use has ended. So a
 * close during another thread's call harms neither.
 *
 * <p>Freeing may be tried more than once: when it fails half-way, the next close goes on with it, and the engine's close does
 * at the latest.
 */
final class Lifetime {
    private final Supplier<String> name;
    private final Runnable free;
    private final @Nullable AttentionEngine engine;
    private int uses;
    private boolean closed;
    private boolean freed;

    private Lifetime(@Nullable AttentionEngine engine, Supplier<String> name, Runnable free) {
        this.engine = engine;
        this.name = name;
        this.free = free;
    }

    /** The lifetime of an engine. */
    static Lifetime ofEngine(Supplier<String> name, Runnable free) {
        return new Lifetime(null, name, free);
    }

    /**
     * Begins the lifetime of a thing that ends with its engine at the latest. If that fails, the thing is freed.
     *
     * @param name what is owned, for the message to one who uses it when it is closed
     * @param free frees it; does nothing to what is free already
     */
    static Lifetime of(AttentionEngine engine, Supplier<String> name, Runnable free) {
        try {
            Lifetime lifetime = new Lifetime(engine, name, free);
            engine.adopt(lifetime);
            return lifetime;
        } catch (RuntimeException | Error e) {
            throw Closing.after(e, free::run);
        }
    }

    /** Begins a use; each is ended by {@link #release()}. */
    synchronized void acquire() {
        if (closed) {
            throw new IllegalStateException(name.get() + " is closed");
        }
        uses++;
    }

    void release() {
        boolean last;
        synchronized (this) {
            uses--;
            last = closed && uses == 0;
        }
        if (last) {
            free();
        }
    }

    /** Forbids new uses; further calls do nothing. */
    void close() {
        boolean unused;
        synchronized (this) {
            closed = true;
            unused = uses == 0 && !freed;
            // Taken back if it fails.
            freed |= unused;
        }
        if (unused) {
            free();
        }
    }

    private void free() {
        boolean done = false;
        try {
            free.run();
            if (engine != null) {
                engine.disown(this);
            }
            done = true;
        } finally {
            synchronized (this) {
                freed = done;
            }
        }
    }

    synchronized boolean isClosed() {
        return closed;
    }

    @Override
    public String toString() {
        return name.get();
    }
}
