package org.clattention;

import java.util.Arrays;
import org.clattention.backend.Lane;

/** Single operators of the engine, on checked tensors. */
final class Operators {
    private Operators() {}

    static Tensor softmax(AttentionEngine engine, Tensor x, int axis) {
        Checks.type("x", x, DataType.F32);
        if (axis < -x.rank() || axis >= x.rank()) {
            throw new IllegalArgumentException("axis: " + axis + " must lie in [" + -x.rank() + ", " + (x.rank() - 1)
                    + "] for shape " + Arrays.toString(x.shape()));
        }
        int at = axis < 0 ? axis + x.rank() : axis;
        long outer = 1;
        long inner = 1;
        for (int i = 0; i < x.rank(); i++) {
            if (i < at) {
                outer *= x.dim(i);
            } else if (i > at) {
                inner *= x.dim(i);
            }
        }
        Tensor y = engine.allocate(DataType.F32, "softmax", x.shape());
        if (x.elements() == 0) {
            return y;
        }
        try (Lane lane = engine.backend().lane()) {
            lane.softmax(
                    x.array(),
                    y.array(),
                    Checks.fitsInt("x", outer),
                    Checks.fitsInt("x", x.dim(at)),
                    Checks.fitsInt("x", inner));
            lane.finish();
            return y;
        } catch (RuntimeException e) {
            y.close();
            throw e;
        }
    }
}
