package org.clattention.backend.opencl;

/**
 * A kernel and the constants that it is built with.
 *
 * @param id which kernel
 * @param options compiler options
 */
record KernelVariant(KernelId id, String options) {
    /** The constants alone, for people: {@code ROWS=12 WGT=F32}. */
    String constants() {
        return options.replace("-D", "").strip();
    }
}
