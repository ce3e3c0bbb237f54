package org.clattention;

/** Which kernels an engine may use. Whatever a set cannot take goes to the portable kernels. */
public enum KernelSet {
    /** The set made for the kind of the device. */
    AUTO,
    /** The portable ones alone: plain, and right on any device. */
    PORTABLE,
    /** Those for CPU devices: packed weights, results in vector registers, attention without scores in memory. */
    CPU,
    /** Those for GPUs, on any device that has the local memory: meant for tests of that set where there is no GPU. */
    GPU
}
