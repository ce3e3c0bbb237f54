package org.clattention.backend.opencl;

import org.clattention.backend.HeadFinish;
import org.clattention.backend.StoreStep;
import org.jspecify.annotations.Nullable;

/** The bits of {@code common/head_flags.cl}. */
final class HeadFlags {
    static final int HAS_STARTS = 1;

    private static final int HAS_NORM = 2;
    private static final int HAS_ROTARY = 4;
    private static final int INTERLEAVED = 8;
    private static final int HAS_POSITIONS = 16;

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
