package org.clattention.internal.backend.cpu.gemm;

import java.util.Arrays;
import org.clattention.internal.backend.Epilogue;
import org.clattention.internal.backend.HeadTarget;
import org.clattention.internal.backend.HeadView;
import org.clattention.internal.backend.cpu.ElementCodec;
import org.clattention.internal.backend.cpu.JavaArray;
import org.clattention.internal.backend.cpu.JavaStream;
import org.clattention.internal.backend.cpu.Workspace;
import org.clattention.internal.backend.cpu.Workspace.Slot;
import org.clattention.internal.backend.cpu.pool.Work;
import org.clattention.internal.backend.cpu.simd.QuantizedKernels;
import org.clattention.internal.backend.cpu.simd.VectorKernels;

/** Rows times packed weights. A tile is a panel of outputs for some rows; the rows have been cut into blocks before. */
public final class PackedGemm implements Work {
    /** Rows of a tile: their blocks stay in the second-level cache while panel after panel meets them. */
    private static final int TILE_ROWS = 16 * VectorKernels.ROWS;

    /** Components at a time: that part of a panel stays in the first-level cache for all rows of a tile. */
    private static final int PART = VectorKernels.DEPTH / 2;

    private static final HeadTarget[] NO_TARGETS = {};

    private final JavaStream stream;
    private final PackedRows blocks = new PackedRows();
    private int rows;
    private int length;
    private int firstOutput;
    private int outputsEnd;
    private int firstPanel;
    private int panels;
    private JavaWeights weights;
    private HeadTarget[] targets = NO_TARGETS;
    private Epilogue.Elementwise epilogue = Epilogue.NONE;

    public PackedGemm(JavaStream stream) {
        this.stream = stream;
        this.weights = JavaWeights.NONE;
    }

    /** x [rows, inputs]; row r is row r % length of batch entry r / length. */
    public void run(
            JavaArray x,
            int allRows,
            int rowsOfEach,
            JavaWeights w,
            int first,
            Epilogue.Elementwise last,
            HeadTarget... into) {
        rows = allRows;
        length = rowsOfEach;
        weights = w;
        targets = into;
        epilogue = last;
        firstOutput = first;
        outputsEnd = first;
        for (HeadTarget target : into) {
            outputsEnd = Math.addExact(outputsEnd, target.columns());
        }
        int width = w.panel();
        firstPanel = first / width;
        panels = (outputsEnd + width - 1) / width - firstPanel;
        blocks.make(stream, x, rows, w.inputs());
        stream.run(this, Math.multiplyExact(panels, (rows + TILE_ROWS - 1) / TILE_ROWS));
        targets = NO_TARGETS;
        epilogue = Epilogue.NONE;
        weights = JavaWeights.NONE;
    }

    @Override
    public void run(int tile, Workspace workspace) {
        int panel = firstPanel + tile % panels;
        int row0 = tile / panels * TILE_ROWS;
        int count = Math.min(TILE_ROWS, rows - row0);
        int width = weights.panel();
        int depth = weights.inputs();
        int padded = (count + VectorKernels.ROWS - 1) / VectorKernels.ROWS * VectorKernels.ROWS;
        float[] result = workspace.floats(Slot.RESULT, TILE_ROWS * width);
        begin(result, padded, panel * width, width);
        for (int k = 0; k < depth; k += PART) {
            int part = Math.min(PART, depth - k);
            if (weights.quantized() != null && count <= QuantizedKernels.FEW_ROWS) {
                weights.quantized()
                        .multiply(panel, k, part, blocks.values(), blocks.at(row0, k), count, result, workspace);
                continue;
            }
            boolean inPlace = weights.inPlace();
            float[] w = inPlace ? weights.matrix().floats() : weights.block(panel, k, part, workspace);
            int at = inPlace ? weights.at(panel, k) : 0;
            for (int r = 0; r < count; r += VectorKernels.ROWS) {
                workspace
                        .loops()
                        .multiply(
                                blocks.values(),
                                blocks.at(row0 + r, k),
                                Math.min(VectorKernels.ROWS, count - r),
                                part,
                                w,
                                at,
                                width,
                                width,
                                result,
                                r * width,
                                width);
            }
        }
        if (!epilogue.isNone()) {
            apply(row0, count, panel * width, result, workspace);
        }
        write(row0, count, panel * width, result);
    }

    /** The epilogue, on those columns that there are; it goes with a single target of all outputs. */
    private void apply(int row0, int count, int column0, float[] result, Workspace workspace) {
        VectorKernels loops = workspace.loops();
        int width = weights.panel();
        int columns = Math.min(width, outputsEnd - column0);
        float[] factor = JavaArray.optionalFloats(epilogue.factor());
        float[] row = workspace.floats(Slot.ROW, width);
        for (int r = 0; r < count; r++) {
            int from = (row0 + r) * outputsEnd + column0;
            if (epilogue.activation() != null) {
                loops.activate(result, r * width, columns, epilogue.activation(), 1);
            }
            if (epilogue.factor() != null) {
                loops.times(result, r * width, factor, from, columns);
            }
            if (epilogue.addend() != null) {
                ElementCodec.load(loops, JavaArray.of(epilogue.addend()), from, row, 0, columns);
                loops.add(result, r * width, row, 0, columns);
            }
        }
    }

    /** Every row of results begins with the bias. */
    private void begin(float[] result, int count, int column0, int width) {
        if (weights.bias().length == 0) {
            Arrays.fill(result, 0, count * width, 0);
            return;
        }
        for (int r = 0; r < count; r++) {
            System.arraycopy(weights.bias(), column0, result, r * width, width);
        }
    }

    /** Stores the rows of a panel's results, those columns that belong to a target, head by head. */
    private void write(int row0, int count, int column0, float[] result) {
        int column = Math.max(column0, firstOutput);
        int end = Math.min(column0 + weights.panel(), outputsEnd);
        int targetFirst = firstOutput;
        for (HeadTarget target : targets) {
            int targetEnd = targetFirst + target.columns();
            while (column < Math.min(end, targetEnd)) {
                int head = (column - targetFirst) / target.size();
                int component = (column - targetFirst) % target.size();
                int columns = Math.min(target.size() - component, Math.min(end, targetEnd) - column);
                HeadView view = target.view();
                int first = view.offset() + head * view.headStride() + component;
                write(row0, count, result, column - column0, columns, view, first);
                column += columns;
            }
            targetFirst = targetEnd;
        }
    }

    /** Stores neighbouring columns of one head; {@code first} is where row 0 has the first of them. */
    private void write(int row0, int count, float[] result, int at, int columns, HeadView view, int first) {
        JavaArray array = JavaArray.of(view.array());
        int width = weights.panel();
        int batch = row0 / length;
        int s = row0 % length;
        for (int r = 0; r < count; r++) {
            int to = first + batch * view.batchStride() + s * view.rowStride();
            ElementCodec.store(result, at + r * width, array, to, columns);
            if (++s == length) {
                s = 0;
                batch++;
            }
        }
    }
}
