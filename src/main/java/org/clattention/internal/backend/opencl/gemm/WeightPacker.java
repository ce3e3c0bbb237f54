package org.clattention.internal.backend.opencl.gemm;

import java.util.List;
import org.clattention.config.DataType;
import org.clattention.config.HostTensor;
import org.clattention.internal.backend.Backend.Use;
import org.clattention.internal.backend.Closing;
import org.clattention.internal.backend.HeadMatrices;
import org.clattention.internal.backend.opencl.OpenClBackend;
import org.clattention.internal.backend.opencl.OpenClStream;
import org.clattention.internal.backend.opencl.launch.KernelId;
import org.clattention.internal.backend.opencl.launch.StorageRole;
import org.clattention.internal.backend.opencl.plan.CpuPlan;
import org.clattention.internal.cl.Buffer;
import org.clattention.internal.cl.Kernel;
import org.clattention.internal.cl.NdRange;
import org.jspecify.annotations.Nullable;

/** Brings weight matrices to the device: stacked, in the storage type, in rows or in panels. */
public final class WeightPacker {
    /** A part of a matrix on its way into panels. */
    private static final long PART_BYTES = 32L << 20;

    private final OpenClBackend backend;
    private final OpenClStream stream;
    private final String name;
    private final Use use;
    private final boolean panels;

    public WeightPacker(OpenClBackend backend, OpenClStream stream, String name, Use use) {
        this.backend = backend;
        this.stream = stream;
        this.name = name;
        this.use = use;
        this.panels = CpuPlan.fits(backend.profile());
    }

    public OpenClWeights pack(List<HostTensor> given, List<@Nullable HostTensor> biases) {
        boolean byHeads = use == Use.EACH_HEAD && panels;
        List<HostTensor> matrices = byHeads ? HeadMatrices.padded(given, CpuPlan.PANEL) : given;
        int inputs = Math.toIntExact(matrices.get(0).dim(1));
        int outputs = Math.toIntExact(matrices.stream().mapToLong(m -> m.dim(0)).sum());
        int stored = panels ? roundUp(outputs) : outputs;
        DataType type = storageType(matrices);
        boolean hasBias = biases.stream().anyMatch(b -> b != null);
        Buffer matrix = backend.context().allocate(type.bytes((long) inputs * stored), name);
        Buffer bias = null;
        try {
            bias = backend.context().allocate(hasBias ? 4L * roundUp(outputs) : 4, name + " bias");
            int row = 0;
            for (HostTensor part : matrices) {
                row = store(matrix, type, part, row, inputs);
            }
            if (stored > outputs) {
                pad(matrix, type, outputs, stored - outputs, inputs);
            }
            if (hasBias) {
                HostTensor values = HostTensor.of(biases(matrices, biases, roundUp(outputs)), roundUp(outputs));
                OpenClBackend.upload(stream.queue(), bias, 0, values.data());
            }
            stream.finish();
            return new OpenClWeights(matrix, type, bias, hasBias, inputs, outputs, panels);
        } catch (RuntimeException | Error e) {
            Closing.one(bias, e);
            throw Closing.after(e, matrix);
        }
    }

    private int store(Buffer matrix, DataType type, HostTensor part, int firstRow, int inputs) {
        int rows = Math.toIntExact(part.dim(0));
        long rowBytes = type.bytes(inputs);
        int step = (int) Math.max(1, Math.min(rows, PART_BYTES / rowBytes));
        for (int row = 0; row < rows; row += step) {
            int count = Math.min(step, rows - row);
            HostTensor values = part.rows(row, row + count).to(type);
            if (!panels) {
                OpenClBackend.upload(stream.queue(), matrix, (firstRow + row) * rowBytes, values);
                continue;
            }
            try (Buffer staging = backend.context().allocate(count * rowBytes, name + " staging")) {
                OpenClBackend.upload(stream.queue(), staging, 0, values);
                launch(staging, matrix, type, firstRow + row, count, count, inputs);
                stream.finish();
            }
        }
        return firstRow + rows;
    }

    /** Zeros in the last panel's outputs beyond the last: products read whole panels. */
    private void pad(Buffer matrix, DataType type, int firstRow, int rows, int inputs) {
        launch(stream.placeholder(), matrix, type, firstRow, 0, rows, inputs);
    }

    private void launch(Buffer source, Buffer matrix, DataType type, int firstRow, int rows, int items, int inputs) {
        if (type.isQuantized()) {
            QuantizedPanelKernels.pack(stream, source, matrix, type, firstRow, rows, items, inputs);
            return;
        }
        Kernel kernel = stream.kernel(KernelId.PACK_PANELS, StorageRole.role("WGT", type))
                .arguments()
                .buffer(source)
                .buffer(matrix)
                .integer(firstRow)
                .integer(rows)
                .integer(inputs)
                .done();
        stream.launch(kernel, NdRange.ofItems(items, (inputs + 255) / 256));
    }

    private static float[] biases(List<HostTensor> matrices, List<@Nullable HostTensor> biases, int size) {
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

    private static int roundUp(int outputs) {
        return Math.multiplyExact(Math.addExact(outputs, CpuPlan.PANEL - 1) / CpuPlan.PANEL, CpuPlan.PANEL);
    }
}
