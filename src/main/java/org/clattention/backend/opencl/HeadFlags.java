package org.clattention.backend.opencl;

import org.clattention.backend.HeadFinish;
import org.clattention.backend.StoreStep;
import org.jspecify.annotations.Nullable;

/** The bits of {@code common/head_flags.cl}. */
final class HeadFlags {
    private static final KernelDefinitions SOURCE = KernelDefinitions.of("common/head_flags.cl");

    static final int HAS_STARTS = SOURCE.constant("HAS_STARTS");

    private static final int HAS_NORM = SOURCE.constant("HAS_NORM");
    private static final int HAS_ROTARY = SOURCE.constant("HAS_ROTARY");
    private static final int INTERLEAVED = SOURCE.constant("INTERLEAVED");
    private static final int HAS_POSITIONS = SOURCE.constant("HAS_POSITIONS");

    private HeadFlags() {}

    static int of(@Nullable HeadFinish finish) {
        return finish == null ? 0 : of(finish.norm() != null, finish.rotation());
    }

    static int of(boolean norm, StoreStep.@Nullable Rotation rotation) {
        return (norm ? HAS_NORM : 0)
                | (rotation != null ? HAS_ROTARY : 0)
                | (rotation != null && rotation.interleaved() ? INTERLEAVED : 0)
                | (rotation != null && rotation.positions() != null ? HAS_POSITIONS : 0);
    }
}
