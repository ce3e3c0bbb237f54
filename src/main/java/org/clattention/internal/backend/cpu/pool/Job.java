package org.clattention.internal.backend.cpu.pool;

import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.clattention.internal.backend.cpu.CallClock;
import org.clattention.internal.backend.cpu.Workspace;
import org.jspecify.annotations.Nullable;

/** The tiles of one step that are still to be taken. Used again for step after step of a stream. */
public final class Job {
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private volatile int tiles;
    private @Nullable Work work;
    private CallClock clock = CallClock.NONE;

    /** Threads of the pool that are on this job; changed under the pool's lock alone. */
    final AtomicInteger helpers = new AtomicInteger();

    /** From here on tiles count against this call's time. */
    public void begin(CallClock callClock) {
        clock = callClock;
    }

    void start(Work newWork, int count) {
        work = newWork;
        tiles = count;
        failure.set(null);
        next.set(0);
    }

    boolean hasTiles() {
        return next.get() < tiles;
    }

    /** Computes tiles until none is left, or one has failed. */
    void drain(Workspace workspace) {
        Work todo = Objects.requireNonNull(work);
        try {
            for (int tile = next.getAndIncrement(); tile < tiles; tile = next.getAndIncrement()) {
                clock.require();
                todo.run(tile, workspace);
            }
        } catch (RuntimeException | Error e) {
            // Whatever it is, it belongs to the caller, and a thread of the pool must outlive it.
            failure.compareAndSet(null, e);
            next.set(tiles);
        }
    }

    /** Computes all tiles on this thread. */
    void runAlone(Work newWork, int count, Workspace workspace) {
        for (int tile = 0; tile < count; tile++) {
            clock.require();
            newWork.run(tile, workspace);
        }
    }

    /** Throws what a tile threw. */
    void end() {
        work = null;
        Throwable thrown = failure.getAndSet(null);
        if (thrown instanceof RuntimeException e) {
            throw e;
        }
        if (thrown instanceof Error e) {
            throw e;
        }
    }
}
