package org.clattention.internal.backend.opencl.launch;

/**
 * A kernel and the constants that it is built with.
 *
 * @param id which kernel
 * @param options compiler options
 */
public record KernelVariant(KernelId id, String options) {
    /** The constants alone, for people: {@code ROWS=12 WGT=F32}. */
    public String constants() {
        return options.replace("-D", "").strip();
    }
}
