package org.clattention.backend.opencl;

import java.nio.ByteBuffer;
import org.clattention.backend.HeadTarget;

/** Fills the struct {@code projection_params} of {@code common/projection.cl}, field by field in its order. */
final class ProjectionParams {
    static final int MAX_TARGETS = 3;

    private ProjectionParams() {}

    static int columns(HeadTarget... targets) {
        int columns = 0;
        for (HeadTarget target : targets) {
            columns = Math.addExact(columns, target.columns());
        }
        return columns;
    }

    static ByteBuffer of(
            OpenClLane lane, int rows, int length, OpenClWeights weights, int firstOutput, HeadTarget... targets) {
        StructWriter params = lane.struct(6 + (2 + StructWriter.VIEW) * MAX_TARGETS)
                .integers(rows, length, weights.inputs())
                .integers(firstOutput, columns(targets), weights.hasBias() ? 1 : 0);
        for (int i = 0; i < MAX_TARGETS; i++) {
            if (i < targets.length) {
                params.integers(targets[i].columns(), targets[i].size()).view(targets[i].view());
            } else {
                params.integers(0, 1).view(null);
            }
        }
        return params.done();
    }
}
