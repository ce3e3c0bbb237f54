package org.clattention.internal.cl;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.clattention.error.DeviceLostException;
import org.jocl.CL;
import org.jocl.Pointer;
import org.jocl.cl_event;

/**
 * Waits for a command without handing the thread to the driver, which might never give it back: a wait ends with the
 * command, at the limit, some time after an interrupt, or when another call finds the device lost. For one thread at a time.
 */
final class DeviceWait {
    /** What a call that is interrupted may still take. There is no other way to end a kernel than to give up the device. */
    static final Duration AFTER_INTERRUPT = Duration.ofSeconds(5);

    private static final long SHORTEST_PAUSE = 20_000;
    private static final long LONGEST_PAUSE = 1_000_000;

    /** Pauses are this part of the time waited so far: what one adds to a call is little beside the call. */
    private static final int PART = 32;

    private final DeviceHealth health;
    private final ByteBuffer status = ByteBuffer.allocateDirect(Integer.BYTES).order(ByteOrder.nativeOrder());
    private final Pointer statusPointer = Pointer.to(status);

    DeviceWait(DeviceHealth health) {
        this.health = health;
    }

    /**
     * Waits.
     *
     * @param watch how long to look without a pause, in nanoseconds
     * @return the status of the command: complete, or negative if it failed
     * @throws DeviceLostException if the device did not end it in time
     */
    int await(cl_event end, long watch) {
        long start = System.nanoTime();
        long interrupted = -1;
        try {
            while (true) {
                int now = status(end);
                if (now <= CL.CL_COMPLETE) {
                    return now;
                }
                long waited = System.nanoTime() - start;
                if (Thread.interrupted() && interrupted < 0) {
                    interrupted = waited;
                }
                requireTime(waited, interrupted);
                pause(waited, watch);
            }
        } finally {
            if (interrupted >= 0) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void requireTime(long waited, long interrupted) {
        health.require();
        if (waited > health.limit()) {
            throw health.hangs("it did not end a call within the engine's limit of " + seconds(health.limit()) + " s");
        }
        if (interrupted >= 0 && waited - interrupted > AFTER_INTERRUPT.toNanos()) {
            throw health.hangs("it did not end a call within " + AFTER_INTERRUPT.toSeconds()
                    + " s of the interrupt of the thread that waited for it");
        }
    }

    @SuppressWarnings("ThreadPriorityCheck") // the core is the device's as soon as it has work for it
    private static void pause(long waited, long watch) {
        if (waited < watch) {
            Thread.yield();
        } else {
            LockSupport.parkNanos(Math.max(SHORTEST_PAUSE, Math.min(LONGEST_PAUSE, waited / PART)));
        }
    }

    private int status(cl_event event) {
        Cl.check(
                "clGetEventInfo",
                CL.clGetEventInfo(event, CL.CL_EVENT_COMMAND_EXECUTION_STATUS, Integer.BYTES, statusPointer, null));
        return status.getInt(0);
    }

    private static double seconds(long nanoseconds) {
        return nanoseconds / (double) TimeUnit.SECONDS.toNanos(1);
    }
}
