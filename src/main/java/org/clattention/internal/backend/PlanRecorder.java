package org.clattention.internal.backend;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.clattention.config.StepPlan;
import org.jspecify.annotations.Nullable;

/** Writes down what a thread's calls run, while that thread asks for it. Thread-safe. */
public final class PlanRecorder {
    /** The innermost recording of each thread, on whatever backend. */
    private static final ThreadLocal<@Nullable Recording> RECORDINGS = new ThreadLocal<>();

    /** So that calls which nobody records look no further. */
    private final AtomicInteger active = new AtomicInteger();

    /** Runs the calls, and gives the steps that they queued from this thread. */
    public List<StepPlan> record(Runnable calls) {
        Recording outer = RECORDINGS.get();
        Recording recording = new Recording(this, outer);
        active.incrementAndGet();
        RECORDINGS.set(recording);
        try {
            calls.run();
            return recording.steps();
        } finally {
            if (outer == null) {
                RECORDINGS.remove();
            } else {
                RECORDINGS.set(outer);
            }
            active.decrementAndGet();
        }
    }

    /** The current thread's recording of this backend; null if there is none. */
    public @Nullable Recording current() {
        Recording recording = active.get() == 0 ? null : RECORDINGS.get();
        while (recording != null && recording.owner() != this) {
            recording = recording.outer();
        }
        return recording;
    }

    /** A stream that writes down its steps if this thread records; else the stream itself. */
    public CommandStream around(CommandStream stream, Reasons reasons) {
        Recording recording = current();
        return recording == null ? stream : new RecordedStream(stream, recording, reasons);
    }
}
