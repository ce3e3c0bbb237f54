package org.clattention;

import java.util.function.Supplier;

/**
 * One owner, many users: closing forbids new uses at once, and what is owned is freed when the last use has ended. So a
 * close during another thread's call harms neither.
 */
final class Lifetime {
    private final Supplier<String> name;
    private final Runnable free;
    private int uses;
    private boolean closed;

    /**
     * Begins.
     *
     * @param name what is owned, for the message to one who uses it when it is closed
     * @param free frees it
     */
    Lifetime(Supplier<String> name, Runnable free) {
        this.name = name;
        this.free = free;
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
            free.run();
        }
    }

    /** Forbids new uses; further calls do nothing. */
    void close() {
        boolean unused;
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            unused = uses == 0;
        }
        if (unused) {
            free.run();
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
