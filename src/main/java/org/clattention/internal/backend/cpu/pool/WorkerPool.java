package org.clattention.internal.backend.cpu.pool;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.clattention.internal.backend.cpu.Workspace;
import org.clattention.internal.backend.cpu.simd.VectorKernels;
import org.jspecify.annotations.Nullable;

/**
 * Daemon threads that help callers with their tiles. A caller works on its own job, too, so it never waits for a free
 * thread, and threads of its own pools are never used. Between jobs the threads are parked.
 */
public final class WorkerPool implements AutoCloseable {
    /** How long a thread looks out for the next job before it parks: steps of one call follow one another closely. */
    private static final long WATCH_NANOS = 30_000;

    /** How long a caller looks out for the end of tiles that others have begun, before it parks: as long as most tiles take. */
    private static final long END_NANOS = 100_000;

    private final int helpers;
    private final Supplier<VectorKernels> loops;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition posted = lock.newCondition();
    private final Condition left = lock.newCondition();
    private final List<Job> jobs = new ArrayList<>();
    private final AtomicInteger posts = new AtomicInteger();
    private int parked;
    private boolean started;
    private volatile boolean closed;

    /**
     * A pool.
     *
     * @param threads how many threads work on a job, the caller's included
     * @param loops makes the loops of a thread
     */
    public WorkerPool(int threads, Supplier<VectorKernels> loops) {
        this.helpers = threads - 1;
        this.loops = loops;
    }

    /** How many threads work on a job, the caller's included. */
    public int threads() {
        return helpers + 1;
    }

    /** Runs all tiles of a job; returns when they are done. What a tile throws, this throws. */
    public void run(Job job, Work work, int tiles, Workspace workspace) {
        if (helpers == 0 || tiles <= 1) {
            job.runAlone(work, tiles, workspace);
            return;
        }
        job.start(work, tiles);
        post(job);
        job.drain(workspace);
        withdraw(job);
        job.end();
    }

    private void post(Job job) {
        lock.lock();
        try {
            if (!started) {
                started = true;
                for (int i = 0; i < helpers; i++) {
                    Thread thread = new Thread(this::help, "clattention-java-" + (i + 1));
                    thread.setDaemon(true);
                    thread.start();
                }
            }
            jobs.add(job);
            posts.incrementAndGet();
            if (parked > 0) {
                posted.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    private void withdraw(Job job) {
        lock.lock();
        try {
            jobs.remove(job);
        } finally {
            lock.unlock();
        }
        long end = System.nanoTime() + END_NANOS;
        while (job.helpers.get() > 0 && System.nanoTime() < end) {
            Thread.onSpinWait();
        }
        if (job.helpers.get() == 0) {
            return;
        }
        lock.lock();
        try {
            while (job.helpers.get() > 0) {
                left.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }

    private void help() {
        Workspace workspace = new Workspace(loops.get());
        while (!closed) {
            int seen = posts.get();
            Job job = take();
            if (job != null) {
                job.drain(workspace);
                leave(job);
            } else {
                await(seen);
            }
        }
    }

    private @Nullable Job take() {
        lock.lock();
        try {
            for (int i = 0; i < jobs.size(); i++) {
                Job job = jobs.get(i);
                if (job.hasTiles()) {
                    job.helpers.incrementAndGet();
                    return job;
                }
            }
            return null;
        } finally {
            lock.unlock();
        }
    }

    private void leave(Job job) {
        lock.lock();
        try {
            if (job.helpers.decrementAndGet() == 0) {
                left.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Returns when something has been posted since {@code seen}, or the pool is closed. */
    private void await(int seen) {
        long end = System.nanoTime() + WATCH_NANOS;
        while (posts.get() == seen && !closed && System.nanoTime() < end) {
            Thread.onSpinWait();
        }
        lock.lock();
        try {
            parked++;
            while (posts.get() == seen && !closed) {
                posted.awaitUninterruptibly();
            }
            parked--;
        } finally {
            lock.unlock();
        }
    }

    /** Ends the threads. No job is under way. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            posted.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
