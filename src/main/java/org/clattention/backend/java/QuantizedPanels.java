package org.clattention.backend.java;

import java.nio.ByteBuffer;
import java.util.List;
import org.clattention.DataType;
import org.clattention.HostTensor;

/**
 * Weights in Q8_0 or Q4_0, packed as they are: the quanta of a panel's outputs side by side, and their scales. They become
 * floats on their way into a product.
 *
 * @param type Q8_0 or Q4_0
 * @param quanta Q8_0: signed bytes [ceil(outputs/panel)][inputs][panel]; Q4_0: [ceil(outputs/panel)][inputs/32][16][panel],
 *     as {@link QuantaLoops#expand4} takes them
 * @param scales F16 [ceil(outputs/panel)][inputs/32][panel]; zeros beyond the last output
 */
record QuantizedPanels(DataType type, JavaArray quanta, JavaArray scales, int inputs, int panel)
        implements AutoCloseable {
    private static final int BLOCK = QuantaLoops.BLOCK;

    /** The lower half of a byte counts from 8; so does GGUF's upper half, but here it is signed. */
    private static final int SIGNED = 0x80;

    /** Whether matrices can be kept so: all of one quantized type. */
    static boolean takes(List<HostTensor> matrices) {
        DataType first = matrices.get(0).type();
        return first.isQuantized() && matrices.stream().allMatch(m -> m.type() == first);
    }

    /** Stacks and packs. */
    static QuantizedPanels pack(
            JavaLane lane,
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
            QuantizedPanels packed = new QuantizedPanels(type, quanta, scales, inputs, panel);
            lane.run((tile, workspace) -> packed.packPanel(matrices, tile), panels);
            return packed;
        } catch (RuntimeException e) {
            scales.close();
            throw e;
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
        int flipped = type == DataType.Q8_0 ? 0 : SIGNED;
        for (int block = 0; block < inputs / BLOCK; block++) {
            int from = block * type.blockBytes();
            int at = blockAt(index, block);
            scales.shorts()[at * panel + n] = data.getShort(from);
            int to = Math.toIntExact((long) at * rows * panel + n);
            for (int i = 0; i < rows; i++) {
                q[to + i * panel] = (byte) (data.get(from + 2 + i) ^ flipped);
            }
        }
    }

    /** An output beyond the last: whatever its quanta are. */
    private void zeros(int index, int n) {
        for (int block = 0; block < inputs / BLOCK; block++) {
            scales.shorts()[blockAt(index, block) * panel + n] = 0;
        }
    }

    /** Inputs {@code first} ... of a panel's outputs as f32 [count][panel]; both are multiples of 32. */
    void load(QuantaLoops loops, int index, int first, int count, float[] to) {
        for (int k = 0; k < count; k += BLOCK) {
            int at = blockAt(index, (first + k) / BLOCK);
            int from = Math.toIntExact((long) at * blockRows() * panel);
            if (type == DataType.Q8_0) {
                loops.expand8(quanta.bytes(), from, scales.shorts(), at * panel, panel, to, k * panel);
            } else {
                loops.expand4(quanta.bytes(), from, scales.shorts(), at * panel, panel, to, k * panel);
            }
        }
    }

    @Override
    public void close() {
        quanta.close();
        scales.close();
    }
}
