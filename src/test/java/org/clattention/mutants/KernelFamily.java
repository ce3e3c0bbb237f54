package org.clattention.mutants;

import org.clattention.testing.TestDevice;

/** The sets of kernels, each on PoCL. */
enum KernelFamily {
    /** Those made for CPUs, with the portable ones behind them. */
    CPU(TestDevice.POCL_CPU),
    /** Those made for GPUs, likewise. */
    GPU(TestDevice.POCL_GPU),
    /** The portable ones alone. */
    PORTABLE(TestDevice.POCL);

    private final TestDevice device;

    KernelFamily(TestDevice device) {
        this.device = device;
    }

    TestDevice device() {
        return device;
    }
}
