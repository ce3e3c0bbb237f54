package org.clattention.internal.backend.opencl.gemm;

import java.nio.ByteBuffer;
import org.clattention.config.DataType;
import org.clattention.internal.backend.BatchedGemmOp;
import org.clattention.internal.backend.CommandStream.Scratch;
import org.clattention.internal.backend.DeviceArray;
import org.clattention.internal.backend.Epilogue;
import org.clattention.internal.backend.HeadTarget;
import org.clattention.internal.backend.SeparateEpilogue;
import org.clattention.internal.backend.opencl.OpenClStream;
import org.clattention.internal.backend.opencl.launch.KernelChoice;
import org.clattention.internal.backend.opencl.launch.KernelCodes;
import org.clattention.internal.backend.opencl.launch.KernelId;
import org.clattention.internal.backend.opencl.launch.OpenClArray;
import org.clattention.internal.backend.opencl.plan.CpuPlan;
import org.clattention.internal.cl.Kernel;

/** Launches products with weights in panels, on CPU devices. */
public final class PackedGemmKernels {
    private final OpenClStream stream;

    public PackedGemmKernels(OpenClStream stream) {
        this.stream = stream;
    }

    public void project(DeviceArray x, int rows, OpenClWeights weights, Epilogue.Elementwise epilogue, DeviceArray y) {
        HeadTarget target = HeadTarget.rows(y, weights.outputs());
        product("rows", x, 1, rows, weights, 0, ProductEpilogue.of(epilogue), target);
    }

    public void projectHeads(
            DeviceArray x, int batch, int length, OpenClWeights weights, int firstOutput, HeadTarget... targets) {
        ProductEpilogue epilogue = ProductEpilogue.of(targets);
        product("heads", x, batch, length, weights, firstOutput, epilogue, targets);
        if (epilogue.leaves(targets)) {
            SeparateEpilogue.normRope(stream, batch, length, targets);
        }
    }

    public void projectEachHead(BatchedGemmOp step) {
        OpenClWeights weights = (OpenClWeights) step.weights();
        int panels = (step.columns() + CpuPlan.PANEL - 1) / CpuPlan.PANEL;
        Kernel kernel = stream.kernel(QuantizedPanelKernels.headProducts(weights.type()))
                .with("ROWS", CpuPlan.streamRows(step.rows()))
                .role("WGT", weights.type())
                .with("COLUMNS", CpuPlan.PANEL)
                .arguments()
                .buffer(OpenClArray.bufferOf(step.x().array()))
                .integer(KernelCodes.of(step.x().array()))
                .buffer(weights.matrix())
                .buffer(OpenClArray.bufferOf(step.out().array()))
                .integer(KernelCodes.of(step.out().array()))
                .struct(GemmKernels.params(stream, step))
                .done();
        stream.launch(kernel, kernel.singles(panels, Math.multiplyExact(step.batch(), step.heads())));
    }

    private void product(
            String use,
            DeviceArray x,
            int batch,
            int length,
            OpenClWeights weights,
            int firstOutput,
            ProductEpilogue epilogue,
            HeadTarget... targets) {
        int rows = Math.multiplyExact(batch, length);
        int columns = ProjectionParams.columns(targets);
        int parts = (columns + epilogue.columns() - 1) / epilogue.columns();
        if (CpuPlan.streams(rows)) {
            KernelChoice choice = stream.kernel(QuantizedPanelKernels.rowProduct(weights.type()))
                    .use(use)
                    .with("ROWS", CpuPlan.streamRows(rows))
                    .role("WGT", weights.type());
            Kernel.Arguments arguments = epilogue.define(choice)
                    .arguments()
                    .buffer(OpenClArray.bufferOf(x))
                    .integer(KernelCodes.of(x));
            launch(arguments, rows, length, weights, firstOutput, epilogue, parts, 1, targets);
            return;
        }
        int tile = CpuPlan.productRows(stream.profile(), rows);
        int blocks = (rows + tile - 1) / tile;
        DeviceArray packed = packRows(use, x, rows, weights.inputs(), tile, blocks);
        KernelChoice choice = stream.kernel(QuantizedPanelKernels.packedProduct(weights.type()))
                .use(use)
                .with("ROWS", tile)
                .with("NEAR", CpuPlan.NEAR_BYTES)
                .role("WGT", weights.type());
        Kernel.Arguments arguments = epilogue.define(choice).arguments().buffer(OpenClArray.bufferOf(packed));
        launch(arguments, rows, length, weights, firstOutput, epilogue, blocks, parts, targets);
    }

    private DeviceArray packRows(String use, DeviceArray x, int rows, int inputs, int tile, int blocks) {
        DeviceArray packed = stream.scratch(Scratch.PACKED_ROWS, DataType.F32, (long) blocks * tile * inputs);
        Kernel pack = stream.kernel(KernelId.PACK_ROWS)
                .use(use)
                .with("ROWS", tile)
                .arguments()
                .buffer(OpenClArray.bufferOf(x))
                .integer(KernelCodes.of(x))
                .buffer(OpenClArray.bufferOf(packed))
                .integer(rows)
                .integer(inputs)
                .done();
        stream.launch(pack, pack.singles(blocks, (inputs + 255) / 256));
        return packed;
    }

    /** Sets what both products take after their rows, and launches. */
    private void launch(
            Kernel.Arguments arguments,
            int rows,
            int length,
            OpenClWeights weights,
            int firstOutput,
            ProductEpilogue epilogue,
            int groupsX,
            int groupsY,
            HeadTarget... targets) {
        arguments.buffer(weights.matrix()).buffer(weights.bias());
        for (int i = 0; i < ProjectionParams.MAX_TARGETS; i++) {
            arguments.buffer(
                    i < targets.length ? OpenClArray.bufferOf(targets[i].view().array()) : stream.placeholder());
        }
        ByteBuffer params = ProjectionParams.of(stream, rows, length, weights, firstOutput, targets);
        arguments.integer(KernelCodes.of(targets[0].view().array())).struct(params);
        Kernel kernel = epilogue.arguments(stream, arguments, targets).done();
        stream.launch(kernel, kernel.singles(groupsX, groupsY));
    }
}
