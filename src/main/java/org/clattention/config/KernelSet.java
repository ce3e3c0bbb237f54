package org.clattention.config;

/** Which kernels an engine may use. Whatever a set cannot take goes to the portable kernels. */
public enum KernelSet {
    /** {@link #CPU} on CPU devices with vectors of 8 floats or more, {@link #PORTABLE} on all others. */
    AUTO,
    /** The portable ones alone: plain, and right on any device. */
    PORTABLE,
    /** Those for CPU devices: packed weights, results in vector registers, attention without scores in memory. */
    CPU,
    /** Those for GPUs, on any device that has the local memory. They have not run on a GPU yet, so {@link #AUTO} leaves them. */
    GPU
}
