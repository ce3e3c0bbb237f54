package org.clattention.internal.backend.opencl.gemm;

import java.nio.ByteBuffer;
import org.clattention.internal.backend.HeadTarget;
import org.clattention.internal.backend.opencl.OpenClStream;
import org.clattention.internal.backend.opencl.launch.KernelDefinitions;
import org.clattention.internal.backend.opencl.launch.StructLayout;
import org.clattention.internal.backend.opencl.launch.StructWriter;

/** Fills the struct {@code projection_params} of {@code common/projection.cl}. */
final class ProjectionParams {
    private static final StructLayout STRUCT =
            KernelDefinitions.of("common/projection.cl").struct("projection_params");
    private static final String[] TARGETS = {"target[0]", "target[1]", "target[2]"};
    private static final String[] VIEWS = {"target[0].view", "target[1].view", "target[2].view"};

    static final int MAX_TARGETS = TARGETS.length;

    private ProjectionParams() {}

    static int columns(HeadTarget... targets) {
        int columns = 0;
        for (HeadTarget target : targets) {
            columns = Math.addExact(columns, target.columns());
        }
        return columns;
    }

    static ByteBuffer of(
            OpenClStream stream, int rows, int length, OpenClWeights weights, int firstOutput, HeadTarget... targets) {
        StructWriter params = stream.struct()
                .begin(STRUCT)
                .integer("rows", rows)
                .integer("length", length)
                .integer("inner", weights.inputs())
                .integer("first_column", firstOutput)
                .integer("columns", columns(targets))
                .flag("has_bias", weights.hasBias());
        for (int i = 0; i < MAX_TARGETS; i++) {
            HeadTarget target = i < targets.length ? targets[i] : null;
            params.integer(TARGETS[i], "columns", target == null ? 0 : target.columns())
                    .integer(TARGETS[i], "size", target == null ? 1 : target.size())
                    .view(VIEWS[i], target == null ? null : target.view());
        }
        return params.done();
    }
}
