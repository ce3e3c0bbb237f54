package org.clattention.backend.opencl;

import org.clattention.backend.Epilogue;
import org.clattention.backend.HeadFinish;
import org.clattention.backend.HeadTarget;
import org.clattention.backend.StoreStep;
import org.clattention.opencl.Kernel;
import org.jspecify.annotations.Nullable;

/** What {@code cpu/finish_products.cl} does in a product, and the arguments for it. For one product at a time. */
final class ProductFinish {
    private static final KernelDefinitions SOURCE = KernelDefinitions.of("cpu/finish_products.cl");
    private static final StructLayout HEADS_PARAMS = SOURCE.struct("finish_params");

    private final OpenClLane lane;
    private Kind kind = Kind.NOTHING;
    private int columns = WeightPacker.PANEL;
    private Epilogue epilogue = Epilogue.NONE;

    private enum Kind {
        NOTHING,
        ELEMENTS,
        HEADS;

        private final int code = SOURCE.constant(name());
    }

    ProductFinish(OpenClLane lane) {
        this.lane = lane;
    }

    /** The next product does this to each element. */
    void elements(Epilogue wanted) {
        kind = wanted.isNone() ? Kind.NOTHING : Kind.ELEMENTS;
        columns = WeightPacker.PANEL;
        epilogue = wanted;
    }

    /** The next product does what these targets ask for. False if it cannot, and does nothing. */
    boolean heads(HeadTarget... targets) {
        int wanted = CpuPlan.finishColumns(targets);
        boolean any = first(targets) != null;
        kind = any && wanted > 0 ? Kind.HEADS : Kind.NOTHING;
        columns = kind == Kind.HEADS ? wanted : WeightPacker.PANEL;
        return !any || wanted > 0;
    }

    /** Columns of a work-item. */
    int columns() {
        return columns;
    }

    KernelChoice define(KernelChoice kernel) {
        return kernel.with("FINISH", kind.code).with("COLUMNS", columns);
    }

    /** Sets the arguments behind the product's own. */
    Kernel.Arguments arguments(Kernel.Arguments arguments, HeadTarget... targets) {
        return switch (kind) {
            case NOTHING -> arguments;
            case ELEMENTS -> elements(arguments);
            case HEADS -> heads(arguments, targets);
        };
    }

    private Kernel.Arguments elements(Kernel.Arguments arguments) {
        return arguments
                .integer(KernelCodes.of(epilogue.activation()))
                .buffer(lane.optional(epilogue.factor()))
                .integer(epilogue.factor() == null ? 0 : 1)
                .buffer(lane.optional(epilogue.addend()))
                .integer(epilogue.addend() == null ? -1 : KernelCodes.of(epilogue.addend()));
    }

    private Kernel.Arguments heads(Kernel.Arguments arguments, HeadTarget... targets) {
        HeadFinish finish0 = targets[0].finish();
        HeadFinish finish1 = targets.length < 2 ? null : targets[1].finish();
        HeadFinish finish = first(targets);
        StoreStep.Rotation rotation = finish == null ? null : finish.rotation();
        arguments
                .buffer(lane.optional(finish0 == null ? null : finish0.norm()))
                .buffer(lane.optional(finish1 == null ? null : finish1.norm()))
                .buffer(lane.optional(rotation == null ? null : rotation.cosines()))
                .buffer(lane.optional(rotation == null ? null : rotation.sines()))
                .buffer(lane.optional(rotation == null ? null : rotation.positions()));
        return arguments.struct(lane.struct()
                .begin(HEADS_PARAMS)
                .integer("flags0", HeadFlags.of(finish0))
                .integer("flags1", HeadFlags.of(finish1))
                .integer("first_angle", rotation == null ? 0 : rotation.firstAngle())
                .integer("angle_batch", rotation == null ? 0 : rotation.angleBatch())
                .integer("dim", rotation == null ? 0 : rotation.dim())
                .real("eps", finish == null ? 0 : finish.normEpsilon())
                .done());
    }

    /** What the first finished target asks for; the others share its rotation and epsilon. */
    private static @Nullable HeadFinish first(HeadTarget... targets) {
        for (HeadTarget target : targets) {
            if (target.finish() != null) {
                return target.finish();
            }
        }
        return null;
    }
}
