package org.clattention.internal.backend.opencl.launch;

import org.clattention.internal.backend.Epilogue;
import org.clattention.internal.backend.StoreOp;
import org.jspecify.annotations.Nullable;

/** The bits of {@code common/head_flags.cl}. */
public final class HeadFlags {
    private static final KernelDefinitions SOURCE = KernelDefinitions.of("common/head_flags.cl");

    public static final int HAS_STARTS = SOURCE.constant("HAS_STARTS");

    private static final int HAS_NORM = SOURCE.constant("HAS_NORM");
    private static final int HAS_ROTARY = SOURCE.constant("HAS_ROTARY");
    private static final int INTERLEAVED = SOURCE.constant("INTERLEAVED");
    private static final int HAS_POSITIONS = SOURCE.constant("HAS_POSITIONS");

    private HeadFlags() {}

    public static int of(Epilogue.@Nullable HeadNormRope epilogue) {
        return epilogue == null ? 0 : of(epilogue.norm() != null, epilogue.rotation());
    }

    public static int of(boolean norm, StoreOp.@Nullable Rotation rotation) {
        return (norm ? HAS_NORM : 0)
                | (rotation != null ? HAS_ROTARY : 0)
                | (rotation != null && rotation.interleaved() ? INTERLEAVED : 0)
                | (rotation != null && rotation.positions() != null ? HAS_POSITIONS : 0);
    }
}
