package org.clattention;

/** Which kernels an engine may use. */
public enum KernelSet {
    /** The portable ones alone: plain, and right on any device. The default. */
    PORTABLE,
    /**
     * The fastest that fit the device and the call, the portable ones wherever those do not fit. Today that means products with
     * packed weights and fused attention on CPU devices: some 30 times faster, and some seconds of building the first time.
     */
    FAST
}
