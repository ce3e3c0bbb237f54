package org.clattention.internal.backend.opencl.gemm;

import org.clattention.internal.backend.Epilogue;
import org.clattention.internal.backend.Epilogue.HeadNormRope;
import org.clattention.internal.backend.HeadTarget;
import org.clattention.internal.backend.StoreOp;
import org.clattention.internal.backend.opencl.OpenClStream;
import org.clattention.internal.backend.opencl.launch.HeadFlags;
import org.clattention.internal.backend.opencl.launch.KernelChoice;
import org.clattention.internal.backend.opencl.launch.KernelCodes;
import org.clattention.internal.backend.opencl.launch.KernelDefinitions;
import org.clattention.internal.backend.opencl.launch.StructLayout;
import org.clattention.internal.backend.opencl.plan.CpuPlan;
import org.clattention.internal.cl.Kernel;
import org.jspecify.annotations.Nullable;

/**
 * The part of {@code cpu/finish_products.cl} that a product runs: its build constants and its arguments.
 *
 * @param kind what it does
 * @param columns columns of a work-item
 * @param elements the arguments of {@code ELEMENTS}
 */
record ProductEpilogue(Kind kind, int columns, Epilogue.Elementwise elements) {
    private static final KernelDefinitions SOURCE = KernelDefinitions.of("cpu/finish_products.cl");
    private static final StructLayout HEADS_PARAMS = SOURCE.struct("finish_params");
    private static final ProductEpilogue NOTHING = new ProductEpilogue(Kind.NOTHING, CpuPlan.PANEL, Epilogue.NONE);

    enum Kind {
        NOTHING,
        ELEMENTS,
        HEADS;

        private final int code = SOURCE.constant(name());
    }

    static ProductEpilogue of(Epilogue.Elementwise epilogue) {
        return epilogue.isNone() ? NOTHING : new ProductEpilogue(Kind.ELEMENTS, CpuPlan.PANEL, epilogue);
    }

    /** The epilogues of heads; nothing if the kernels cannot do them, so that they are left to steps of their own. */
    static ProductEpilogue of(HeadTarget... targets) {
        int columns = CpuPlan.epilogueColumns(targets);
        return first(targets) != null && columns > 0
                ? new ProductEpilogue(Kind.HEADS, columns, Epilogue.NONE)
                : NOTHING;
    }

    /** Whether the product leaves epilogues of its targets to steps of their own. */
    boolean leaves(HeadTarget... targets) {
        return kind != Kind.HEADS && first(targets) != null;
    }

    KernelChoice define(KernelChoice kernel) {
        return kernel.with("FINISH", kind.code).with("COLUMNS", columns);
    }

    /** Sets the arguments that follow the product's own. */
    Kernel.Arguments arguments(OpenClStream stream, Kernel.Arguments arguments, HeadTarget... targets) {
        return switch (kind) {
            case NOTHING -> arguments;
            case ELEMENTS ->
                arguments
                        .integer(KernelCodes.of(elements.activation()))
                        .buffer(stream.optional(elements.factor()))
                        .integer(elements.factor() == null ? 0 : 1)
                        .buffer(stream.optional(elements.addend()))
                        .integer(elements.addend() == null ? -1 : KernelCodes.of(elements.addend()));
            case HEADS -> heads(stream, arguments, targets);
        };
    }

    private static Kernel.Arguments heads(OpenClStream stream, Kernel.Arguments arguments, HeadTarget... targets) {
        HeadNormRope epilogue0 = targets[0].epilogue();
        HeadNormRope epilogue1 = targets.length < 2 ? null : targets[1].epilogue();
        HeadNormRope epilogue = first(targets);
        StoreOp.Rotation rotation = epilogue == null ? null : epilogue.rotation();
        arguments
                .buffer(stream.optional(epilogue0 == null ? null : epilogue0.norm()))
                .buffer(stream.optional(epilogue1 == null ? null : epilogue1.norm()))
                .buffer(stream.optional(rotation == null ? null : rotation.cosines()))
                .buffer(stream.optional(rotation == null ? null : rotation.sines()))
                .buffer(stream.optional(rotation == null ? null : rotation.positions()));
        return arguments.struct(stream.struct()
                .begin(HEADS_PARAMS)
                .integer("flags0", HeadFlags.of(epilogue0))
                .integer("flags1", HeadFlags.of(epilogue1))
                .integer("first_angle", rotation == null ? 0 : rotation.firstAngle())
                .integer("angle_batch", rotation == null ? 0 : rotation.angleBatch())
                .integer("dim", rotation == null ? 0 : rotation.dim())
                .real("eps", epilogue == null ? 0 : epilogue.normEpsilon())
                .done());
    }

    /** The first target's epilogue; the others share its rotation and epsilon. */
    private static @Nullable HeadNormRope first(HeadTarget... targets) {
        for (HeadTarget target : targets) {
            if (target.epilogue() != null) {
                return target.epilogue();
            }
        }
        return null;
    }
}
