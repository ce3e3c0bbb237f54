package org.clattention.internal.cl;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.clattention.error.DeviceLostException;
import org.jocl.CL;
import org.jspecify.annotations.Nullable;

/** Whether a device still works for its context, and if not, why. Thread-safe. */
final class DeviceHealth {
    /** NVIDIA's answer after an access outside of memory; nothing works in that context any more. */
    private static final int NVIDIA_ILLEGAL_ACCESS = -9999;

    private static final Set<Integer> LOST = Set.of(
            CL.CL_DEVICE_NOT_AVAILABLE,
            CL.CL_INVALID_DEVICE,
            CL.CL_INVALID_CONTEXT,
            CL.CL_INVALID_COMMAND_QUEUE,
            NVIDIA_ILLEGAL_ACCESS);

    /** After these some drivers go on and others do not. */
    private static final Set<Integer> DOUBTFUL =
            Set.of(CL.CL_OUT_OF_RESOURCES, CL.CL_EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST);

    /** Memory of the host that devices which hang may still write to: it must never be used for anything else. */
    private static final List<Object> KEPT = Collections.synchronizedList(new ArrayList<>());

    private final OpenClDevice device;
    private final long limit;
    private volatile @Nullable DeviceLostException loss;
    private volatile boolean hangs;
    private boolean asking;

    /**
     * The health of a device that works.
     *
     * @param limit how long to wait for it; zero = for ever
     */
    DeviceHealth(OpenClDevice device, Duration limit) {
        this.device = device;
        this.limit = limit.isZero() ? Long.MAX_VALUE : saturatedNanos(limit);
    }

    private static long saturatedNanos(Duration time) {
        try {
            return time.toNanos();
        } catch (ArithmeticException e) {
            return Long.MAX_VALUE;
        }
    }

    /** How long to wait for the device, in nanoseconds. */
    long limit() {
        return limit;
    }

    /** Why the device is lost; null while it works. */
    @Nullable
    DeviceLostException loss() {
        return loss;
    }

    /** Whether the device has not ended what it was given: nothing that it uses may be released. */
    boolean hangs() {
        return hangs;
    }

    /** Fails if the device is lost. */
    void require() {
        DeviceLostException before = loss;
        if (before != null) {
            throw new DeviceLostException(String.valueOf(before.getMessage()), before);
        }
    }

    /** Declares that the device does not end its work. */
    DeviceLostException hangs(String why) {
        hangs = true;
        return lost(why, null);
    }

    /**
     * What a failed call means.
     *
     * @param works asks the device to do something small; whether it did
     * @return the failure, or the loss of the device that it shows
     */
    synchronized RuntimeException judged(OpenClException failure, BooleanSupplier works) {
        if (asking || loss != null) {
            return failure;
        }
        // A buffer that cannot be made says no more than that memory is short.
        boolean doubtful =
                DOUBTFUL.contains(failure.status()) && !failure.call().equals("clCreateBuffer");
        if (!doubtful && !LOST.contains(failure.status())) {
            return failure;
        }
        asking = true;
        try {
            return doubtful && works.getAsBoolean() ? failure : lost("its driver failed", failure);
        } finally {
            asking = false;
        }
    }

    private synchronized DeviceLostException lost(String why, @Nullable OpenClException cause) {
        DeviceLostException before = loss;
        if (before != null) {
            return before;
        }
        String details = cause == null ? "" : "\n" + cause.getMessage();
        DeviceLostException lost = new DeviceLostException(
                "the device " + device + " is lost: " + why + details + "\n  fix     open a new engine", cause);
        loss = lost;
        return lost;
    }

    /** Keeps memory of the host reachable for ever. */
    static void keep(Object memory) {
        KEPT.add(memory);
    }
}
