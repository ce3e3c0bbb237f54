package org.clattention.internal.backend.cpu.gemm;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.ShortBuffer;
import java.util.List;
import org.clattention.config.DataType;
import org.clattention.config.HostTensor;
import org.clattention.internal.backend.Backend.Use;
import org.clattention.internal.backend.Closing;
import org.clattention.internal.backend.HeadMatrices;
import org.clattention.internal.backend.cpu.JavaArray;
import org.clattention.internal.backend.cpu.JavaMemory;
import org.clattention.internal.backend.cpu.JavaStream;
import org.clattention.internal.backend.cpu.Workspace;
import org.clattention.internal.backend.cpu.pool.Work;
import org.jspecify.annotations.Nullable;

/** Stacks weight matrices in panels; a tile is a panel. */
public final class PanelPacker implements Work {
    private final List<HostTensor> matrices;
    private final JavaArray target;
    private final int inputs;
    private final int panel;

    private PanelPacker(List<HostTensor> matrices, JavaArray target, int inputs, int panel) {
        this.matrices = matrices;
        this.target = target;
        this.inputs = inputs;
        this.panel = panel;
    }

    public static JavaWeights pack(
            JavaStream stream,
            JavaMemory memory,
            String name,
            List<HostTensor> given,
            List<@Nullable HostTensor> biases,
            Use use) {
        boolean byHeads = use == Use.EACH_HEAD;
        long panelled = byHeads
                ? given.get(0).dim(0)
                : given.stream().mapToLong(m -> m.dim(0)).sum();
        int panel = stream.loops().panel(Math.toIntExact(panelled));
        List<HostTensor> matrices = byHeads ? HeadMatrices.padded(given, panel) : given;
        int inputs = Math.toIntExact(matrices.get(0).dim(1));
        int outputs = Math.toIntExact(matrices.stream().mapToLong(m -> m.dim(0)).sum());
        int stored = Math.multiplyExact(Math.addExact(outputs, panel - 1) / panel, panel);
        if (QuantizedPanels.takes(matrices)) {
            float[] bias = biases(matrices, biases, stored);
            QuantizedPanels quantized =
                    QuantizedPanels.pack(stream, memory, name, matrices, inputs, stored / panel, panel);
            return new JavaWeights(JavaWeights.NOTHING, quantized, bias, inputs, outputs, panel);
        }
        JavaArray matrix = memory.allocate(storageType(matrices), (long) stored * inputs, name);
        try {
            PanelPacker packer = new PanelPacker(matrices, matrix, inputs, panel);
            stream.run(packer, stored / panel);
            return new JavaWeights(matrix, null, biases(matrices, biases, stored), inputs, outputs, panel);
        } catch (RuntimeException | Error e) {
            throw Closing.after(e, matrix);
        }
    }

    @Override
    public void run(int tile, Workspace workspace) {
        int at = tile * panel;
        int part = 0;
        int n = 0;
        while (n < panel) {
            if (part == matrices.size()) {
                zeros(tile, n++);
                continue;
            }
            HostTensor matrix = matrices.get(part);
            int rows = Math.toIntExact(matrix.dim(0));
            if (at >= rows) {
                at -= rows;
                part++;
                continue;
            }
            int count = Math.min(panel - n, rows - at);
            ByteBuffer bytes =
                    matrix.rows(at, at + (long) count).to(target.type()).data();
            for (int row = 0; row < count; row++) {
                row(bytes, row * inputs, tile, n + row);
            }
            at += count;
            n += count;
        }
    }

    private void row(ByteBuffer bytes, int from, int tile, int n) {
        int start = Math.toIntExact((long) tile * inputs * panel + n);
        if (target.type() == DataType.F32) {
            FloatBuffer values = bytes.asFloatBuffer();
            float[] to = target.floats();
            for (int k = 0; k < inputs; k++) {
                to[start + k * panel] = values.get(from + k);
            }
        } else {
            ShortBuffer values = bytes.asShortBuffer();
            short[] to = target.shorts();
            for (int k = 0; k < inputs; k++) {
                to[start + k * panel] = values.get(from + k);
            }
        }
    }

    /** The panel's outputs beyond the last: products read whole panels. */
    private void zeros(int tile, int n) {
        int start = Math.toIntExact((long) tile * inputs * panel + n);
        for (int k = 0; k < inputs; k++) {
            if (target.type() == DataType.F32) {
                target.floats()[start + k * panel] = 0;
            } else {
                target.shorts()[start + k * panel] = 0;
            }
        }
    }

    private static float[] biases(List<HostTensor> matrices, List<@Nullable HostTensor> biases, int size) {
        if (biases.stream().allMatch(bias -> bias == null)) {
            return new float[0];
        }
        float[] values = new float[size];
        int row = 0;
        for (int i = 0; i < matrices.size(); i++) {
            HostTensor bias = biases.get(i);
            if (bias != null) {
                float[] part = bias.toFloats();
                System.arraycopy(part, 0, values, row, part.length);
            }
            row += Math.toIntExact(matrices.get(i).dim(0));
        }
        return values;
    }

    /** 16-bit and quantized weights stay as they are; everything else, and a mixture, becomes F32. */
    private static DataType storageType(List<HostTensor> matrices) {
        DataType first = matrices.get(0).type();
        boolean uniform = matrices.stream().allMatch(m -> m.type() == first);
        boolean kept = first == DataType.F16 || first == DataType.BF16 || first.isQuantized();
        return uniform && kept ? first : DataType.F32;
    }
}
