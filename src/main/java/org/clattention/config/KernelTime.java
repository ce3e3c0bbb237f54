package org.clattention.config;

/**
 * How long a kernel ran on the device, over several launches.
 *
 * @param launches how many
 * @param nanoseconds their device time together, without waiting in the queue
 */
public record KernelTime(long launches, long nanoseconds) {
    /** Both together. */
    public KernelTime plus(KernelTime other) {
        Checks.given("other", other);
        return new KernelTime(launches + other.launches, nanoseconds + other.nanoseconds);
    }
}
