package org.clattention.config;

/**
 * What a device reaches when it does nothing else, measured by kernels made for that.
 *
 * @param gflops f32 multiply-adds in registers, in 10⁹ operations per second; a multiply-add counts as two
 * @param readGigabytes reading an array larger than the caches once, in 10⁹ bytes per second
 */
public record PeakRates(double gflops, double readGigabytes) {
    /** The better of both, each for itself: a disturbance only ever makes a measurement worse. */
    public PeakRates best(PeakRates other) {
        Checks.given("other", other);
        return new PeakRates(Math.max(gflops, other.gflops), Math.max(readGigabytes, other.readGigabytes));
    }
}
