package org.clattention.internal.backend.cpu.gemm;

import java.nio.ByteBuffer;
import java.util.List;
import org.clattention.config.DataType;
import org.clattention.config.HostTensor;
import org.clattention.internal.backend.Closing;
import org.clattention.internal.backend.cpu.JavaArray;
import org.clattention.internal.backend.cpu.JavaMemory;
import org.clattention.internal.backend.cpu.JavaStream;
import org.clattention.internal.backend.cpu.Workspace;
import org.clattention.internal.backend.cpu.Workspace.Slot;
import org.clattention.internal.backend.cpu.simd.QuantizedKernels;
import org.clattention.internal.backend.cpu.simd.VectorKernels;

/**
 * Weights in Q8_0 or Q4_0, packed as they are: the quanta of a panel's outputs side by side, and their scales. They become
 * floats on their way into a product.
 *
 * @param type Q8_0 or Q4_0
 * @param quanta Q8_0: signed bytes [ceil(outputs/panel)][inputs][panel]; Q4_0: [ceil(outputs/panel)][inputs/2][panel], two
 *     neighbouring inputs a byte, as {@link QuantizedKernels#expand4} takes them
 * @param scales F16 [ceil(outputs/panel)][inputs/32][panel]; zeros beyond the last output
 */
public record QuantizedPanels(DataType type, JavaArray quanta, JavaArray scales, int inputs, int panel)
        implements AutoCloseable {
    private static final int BLOCK = QuantizedKernels.BLOCK;

    /** Whether matrices can be kept so: all of one quantized type. */
    static boolean takes(List<HostTensor> matrices) {
        DataType first = matrices.get(0).type();
        return first.isQuantized() && matrices.stream().allMatch(m -> m.type() == first);
    }

    /** Stacks and packs. */
    static QuantizedPanels pack(
            JavaStream stream,
            JavaMemory memory,
            String name,
            List<HostTensor> matrices,
            int inputs,
            int panels,
            int panel) {
        DataType type = matrices.get(0).type();
        long blocks = (long) panels * (inputs / BLOCK) * panel;
        JavaArray scales = memory.allocate(DataType.F16, blocks, name);
        try {
            JavaArray quanta = memory.allocate(DataType.U8, blocks * (type == DataType.Q8_0 ? BLOCK : BLOCK / 2), name);
            try {
                QuantizedPanels packed = new QuantizedPanels(type, quanta, scales, inputs, panel);
                stream.run((tile, workspace) -> packed.packPanel(matrices, tile), panels);
                return packed;
            } catch (RuntimeException | Error e) {
                throw Closing.after(e, quanta);
            }
        } catch (RuntimeException | Error e) {
            throw Closing.after(e, scales);
        }
    }

    private int blockAt(int index, int block) {
        return Math.toIntExact((long) index * (inputs / BLOCK) + block);
    }

    /** Rows of quanta of a block. */
    private int blockRows() {
        return type == DataType.Q8_0 ? BLOCK : BLOCK / 2;
    }

    private void packPanel(List<HostTensor> matrices, int index) {
        int part = 0;
        int row = index * panel;
        for (int n = 0; n < panel; n++, row++) {
            while (part < matrices.size() && row >= matrices.get(part).dim(0)) {
                row -= Math.toIntExact(matrices.get(part).dim(0));
                part++;
            }
            if (part < matrices.size()) {
                packRow(matrices.get(part).rows(row, row + 1L).data(), index, n);
            } else {
                zeros(index, n);
            }
        }
    }

    private void packRow(ByteBuffer data, int index, int n) {
        byte[] q = quanta.bytes();
        int rows = blockRows();
        for (int block = 0; block < inputs / BLOCK; block++) {
            int from = block * type.blockBytes();
            int at = blockAt(index, block);
            scales.shorts()[at * panel + n] = data.getShort(from);
            int to = Math.toIntExact((long) at * rows * panel + n);
            for (int i = 0; i < rows; i++) {
                q[to + i * panel] = type == DataType.Q8_0 ? data.get(from + 2 + i) : pair(data, from + 2, 2 * i);
            }
        }
    }

    /** The quanta of two neighbours, of which GGUF keeps the halves of a block in the halves of its bytes. */
    private static byte pair(ByteBuffer data, int start, int i) {
        int shift = i < BLOCK / 2 ? 0 : 4;
        int low = (data.get(start + i % (BLOCK / 2)) >> shift) & 15;
        int high = (data.get(start + (i + 1) % (BLOCK / 2)) >> shift) & 15;
        return (byte) (low | (high << 4));
    }

    /** An output beyond the last: whatever its quanta are. */
    private void zeros(int index, int n) {
        for (int block = 0; block < inputs / BLOCK; block++) {
            scales.shorts()[blockAt(index, block) * panel + n] = 0;
        }
    }

    /** Inputs {@code first} ... of a panel's outputs as f32 [count][panel]; both are multiples of 32. */
    void load(int index, int first, int count, float[] to, Workspace workspace) {
        QuantizedKernels loops = workspace.loops().quanta();
        float[] d = scales(index, first, count, workspace);
        int from = quantaAt(index, first);
        for (int block = 0; block < count / BLOCK; block++) {
            int q = from + block * blockRows() * panel;
            int at = block * BLOCK * panel;
            if (type == DataType.Q8_0) {
                loops.expand8(quanta.bytes(), q, d, block * panel, panel, to, at);
            } else {
                loops.expand4(quanta.bytes(), q, d, block * panel, panel, to, at);
            }
        }
    }

    /**
     * c[r][n] += products of the same inputs with few rows.
     *
     * @param a left factor, rows {@link VectorKernels#STRIDE} apart
     * @param c result, rows {@code panel} apart
     */
    void multiply(int index, int first, int count, float[] a, int aAt, int rows, float[] c, Workspace workspace) {
        QuantizedKernels loops = workspace.loops().quanta();
        float[] d = scales(index, first, count, workspace);
        int from = quantaAt(index, first);
        for (int block = 0; block < count / BLOCK; block++) {
            int q = from + block * blockRows() * panel;
            int at = aAt + block * BLOCK;
            if (type == DataType.Q8_0) {
                loops.multiply8(a, at, rows, quanta.bytes(), q, d, block * panel, panel, c);
            } else {
                loops.multiply4(a, at, rows, quanta.bytes(), q, d, block * panel, panel, c);
            }
        }
    }

    private int quantaAt(int index, int first) {
        return Math.toIntExact((long) blockAt(index, first / BLOCK) * blockRows() * panel);
    }

    /** The scales of the same inputs, as floats. */
    private float[] scales(int index, int first, int count, Workspace workspace) {
        int size = count / BLOCK * panel;
        float[] widened = workspace.floats(Slot.ROW, size);
        workspace.loops().loadF16(scales.shorts(), blockAt(index, first / BLOCK) * panel, widened, 0, size);
        return widened;
    }

    @Override
    public void close() {
        quanta.close();
        scales.close();
    }
}
