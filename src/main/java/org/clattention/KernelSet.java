package org.clattention;

/** Which kernels an engine may use. */
public enum KernelSet {
    /** The fastest that fit the device and the call; the portable ones wherever those do not fit. */
    AUTO,
    /** The portable ones alone: plain, and right on any device. For comparing, and for devices that break the others. */
    PORTABLE
}
