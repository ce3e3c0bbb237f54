package org.clattention.internal.cl;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** An owned OpenCL object: closed exactly once, counted while open, unusable afterwards. */
abstract class Handle implements AutoCloseable {
    private final String kind;
    private final String name;
    private final @Nullable Context context;
    private final AtomicBoolean closed = new AtomicBoolean();

    /**
     * A handle, not counted yet.
     *
     * @param context what closes it if nobody else does; null for none
     */
    Handle(String kind, String name, @Nullable Context context) {
        this.kind = kind;
        this.name = name;
        this.context = context;
    }

    /**
     * Takes an object into ownership that a call has just made; if that fails, the object is released.
     *
     * @param call what made it
     * @param wrap makes the handle
     * @param release releases the bare object
     */
    static <N, T extends Handle> T own(String call, N id, Function<N, T> wrap, Consumer<N> release) {
        try {
            Cl.made(call);
            T handle = wrap.apply(id);
            Handle opened = handle;
            opened.opened();
            return handle;
        } catch (RuntimeException | Error e) {
            release.accept(id);
            throw e;
        }
    }

    private void opened() {
        if (context != null) {
            context.adopt(this);
        }
        try {
            LiveHandles.opened(this);
        } catch (RuntimeException | Error e) {
            if (context != null) {
                context.disown(this);
            }
            throw e;
        }
    }

    final String kind() {
        return kind;
    }

    /** The name given at creation, for messages. */
    public final String name() {
        return name;
    }

    /** True after {@link #close()}. */
    public final boolean isClosed() {
        return closed.get();
    }

    final void requireOpen() {
        if (closed.get()) {
            throw new IllegalStateException(this + " is closed");
        }
    }

    /** Releases the object; further calls do nothing. */
    @Override
    public final void close() {
        if (closed.compareAndSet(false, true)) {
            try {
                LiveHandles.closed(this);
                if (context != null) {
                    context.disown(this);
                }
            } finally {
                if (abandoned()) {
                    abandon();
                } else {
                    release();
                }
            }
        }
    }

    /** Whether the device may still work with this, and will not say when it has ended. */
    boolean abandoned() {
        return context != null && context.health().hangs();
    }

    /** In place of {@link #release}: what a device that hangs works with stays its own. */
    void abandon() {}

    /** Releases the native object. */
    abstract void release();

    @Override
    public String toString() {
        return kind + " " + name;
    }
}
