package org.clattention.internal.backend.cpu;

import java.time.Duration;
import org.clattention.error.CallTimeoutException;

/**
 * The time that a call may take.
 *
 * @param start in nanoseconds of {@link System#nanoTime()}
 * @param limit in nanoseconds
 */
public record CallClock(long start, long limit) {
    /** No limit. */
    public static final CallClock NONE = new CallClock(0, Long.MAX_VALUE);

    private static final Duration LONGEST = Duration.ofDays(365);

    /** A clock that starts now; zero = no limit. */
    static CallClock of(Duration limit) {
        return limit.isZero() || limit.compareTo(LONGEST) > 0
                ? NONE
                : new CallClock(System.nanoTime(), limit.toNanos());
    }

    /** Ends the call if its time is over. */
    public void require() {
        if (limit != Long.MAX_VALUE && System.nanoTime() - start > limit) {
            throw new CallTimeoutException("the call did not end within the engine's limit of "
                    + Duration.ofNanos(limit) + "; raise EngineOptions.callLimit, or use a smaller batch or length");
        }
    }
}
