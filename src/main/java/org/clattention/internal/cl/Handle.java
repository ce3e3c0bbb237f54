package org.clattention.internal.cl;

import java.util.concurrent.atomic.AtomicBoolean;

/** An owned OpenCL object: closed exactly once, counted while open, unusable afterwards. */
abstract class Handle implements AutoCloseable {
    private final String kind;
    private final String name;
    private final AtomicBoolean closed = new AtomicBoolean();

    Handle(String kind, String name) {
        this.kind = kind;
        this.name = name;
        LiveHandles.opened(this);
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
            LiveHandles.closed(this);
            release();
        }
    }

    /** Releases the native object. */
    abstract void release();

    @Override
    public String toString() {
        return kind + " " + name;
    }
}
