package org.clattention.internal.backend.cpu;

import org.clattention.config.Activation;
import org.clattention.internal.backend.DeviceArray;
import org.clattention.internal.backend.cpu.Workspace.Slot;
import org.clattention.internal.backend.cpu.pool.Work;
import org.clattention.internal.backend.cpu.simd.VectorKernels;
import org.jspecify.annotations.Nullable;

/** Steps element by element: out = f(a), f(a) · b, or a + b. A tile is a run of elements. */
final class Elements implements Work {
    private static final int TILE = 1 << 13;

    private final Kind kind;
    private final JavaArray a;
    private final @Nullable JavaArray b;
    private final JavaArray out;
    private final int count;
    private final @Nullable Activation function;
    private final float alpha;

    private Elements(
            Kind kind,
            DeviceArray a,
            @Nullable DeviceArray b,
            DeviceArray out,
            long count,
            @Nullable Activation function,
            double alpha) {
        this.kind = kind;
        this.a = JavaArray.of(a);
        this.b = b == null ? null : JavaArray.of(b);
        this.out = JavaArray.of(out);
        this.count = Math.toIntExact(count);
        this.function = function;
        this.alpha = (float) alpha;
    }

    private enum Kind {
        ACTIVATE,
        GATE,
        ADD
    }

    static void activate(
            JavaStream stream, DeviceArray x, DeviceArray y, long count, Activation function, double alpha) {
        new Elements(Kind.ACTIVATE, x, null, y, count, function, alpha).run(stream);
    }

    static void gate(
            JavaStream stream, DeviceArray gate, DeviceArray up, DeviceArray out, long count, Activation function) {
        new Elements(Kind.GATE, gate, up, out, count, function, 1).run(stream);
    }

    static void add(JavaStream stream, DeviceArray a, DeviceArray b, DeviceArray out, long count) {
        new Elements(Kind.ADD, a, b, out, count, null, 1).run(stream);
    }

    private void run(JavaStream stream) {
        stream.run(this, (int) (((long) count + TILE - 1) / TILE));
    }

    @Override
    public void run(int tile, Workspace workspace) {
        int first = tile * TILE;
        int n = Math.min(TILE, count - first);
        VectorKernels loops = workspace.loops();
        float[] x = workspace.floats(Slot.ROW, TILE);
        ElementCodec.load(loops, a, first, x, 0, n);
        if (function != null) {
            loops.activate(x, 0, n, function, alpha);
        }
        if (b != null) {
            float[] y = workspace.floats(Slot.OTHER_ROW, TILE);
            ElementCodec.load(loops, b, first, y, 0, n);
            if (kind == Kind.ADD) {
                loops.add(x, 0, y, 0, n);
            } else {
                loops.times(x, 0, y, 0, n);
            }
        }
        ElementCodec.store(x, 0, out, first, n);
    }
}
