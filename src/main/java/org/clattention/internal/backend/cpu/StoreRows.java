package org.clattention.internal.backend.cpu;

import org.clattention.internal.backend.RowLayout;
import org.clattention.internal.backend.StoreOp;
import org.clattention.internal.backend.cpu.Workspace.Slot;
import org.clattention.internal.backend.cpu.gemm.RowPlaces;
import org.clattention.internal.backend.cpu.pool.Work;
import org.jspecify.annotations.Nullable;

/** Takes heads from one view to another, normalized and rotated on the way. A tile is a run of rows (b, h, i). */
final class StoreRows implements Work {
    private static final int TILE_ELEMENTS = 1 << 13;

    private final StoreOp step;
    private final JavaArray source;
    private final JavaArray target;
    private final int[] sourceTable;
    private final int[] targetTable;
    private final int @Nullable [] starts;
    private final float[] norm;
    private final int all;
    private final int tileRows;

    private StoreRows(StoreOp step) {
        this.step = step;
        this.source = JavaArray.of(step.source().array());
        this.target = JavaArray.of(step.target().array());
        this.sourceTable = RowPlaces.table(step.sourceRows());
        this.targetTable = RowPlaces.table(step.targetRows());
        this.starts = step.starts() == null ? null : JavaArray.of(step.starts()).ints();
        this.norm = JavaArray.optionalFloats(step.norm());
        this.all = Math.multiplyExact(Math.multiplyExact(step.batch(), step.heads()), step.rows());
        this.tileRows = Math.max(1, TILE_ELEMENTS / step.size());
    }

    static void run(JavaStream stream, StoreOp step) {
        StoreRows work = new StoreRows(step);
        stream.run(work, (work.all + work.tileRows - 1) / work.tileRows);
    }

    @Override
    public void run(int tile, Workspace workspace) {
        int end = Math.min(all, (tile + 1) * tileRows);
        for (int row = tile * tileRows; row < end; row++) {
            int i = row % step.rows();
            int head = row / step.rows();
            store(head / step.heads(), head % step.heads(), i, workspace);
        }
    }

    private void store(int b, int h, int i, Workspace workspace) {
        if (starts != null && i >= starts[3 * b + 1]) {
            return;
        }
        int firstSource = starts == null ? step.firstSource() : starts[3 * b];
        int first = starts == null ? step.firstTarget() : starts[3 * b + 2];
        RowLayout sourceRows = step.sourceRows();
        int from = RowPlaces.at(step.source(), sourceRows, sourceTable, b, h, firstSource + i);
        int to = RowPlaces.at(step.target(), step.targetRows(), targetTable, b, h, first + i);
        int size = step.size();
        float[] x = workspace.floats(Slot.ROW, size);
        ElementCodec.load(workspace.loops(), source, from, x, 0, size);
        if (step.norm() != null) {
            float squares = workspace.loops().squares(x, 0, size, 0);
            float scale = (float) (1 / Math.sqrt(squares / size + (float) step.normEpsilon()));
            workspace.loops().scale(x, 0, size, scale);
            workspace.loops().times(x, 0, norm, 0, size);
        }
        if (step.rotation() != null) {
            rotate(step.rotation(), x, b, i, firstSource);
        }
        ElementCodec.store(x, 0, target, to, size);
    }

    private static void rotate(StoreOp.Rotation rotation, float[] x, int b, int i, int firstSource) {
        int half = rotation.dim() / 2;
        int token = b * rotation.angleBatch() + i;
        int angle = rotation.positions() == null
                ? rotation.firstAngle() + token
                : JavaArray.of(rotation.positions()).ints()[token + firstSource];
        float[] cosines = JavaArray.of(rotation.cosines()).floats();
        float[] sines = JavaArray.of(rotation.sines()).floats();
        for (int r = 0; r < half; r++) {
            int c0 = rotation.interleaved() ? 2 * r : r;
            int c1 = rotation.interleaved() ? 2 * r + 1 : r + half;
            float cosine = cosines[angle * half + r];
            float sine = sines[angle * half + r];
            float x0 = x[c0];
            float x1 = x[c1];
            x[c0] = x0 * cosine - x1 * sine;
            x[c1] = x1 * cosine + x0 * sine;
        }
    }
}
