package org.clattention.backend.opencl;

import java.nio.ByteBuffer;
import org.clattention.DataType;
import org.clattention.backend.AfterProduct;
import org.clattention.backend.DeviceArray;
import org.clattention.backend.Epilogue;
import org.clattention.backend.HeadProductStep;
import org.clattention.backend.HeadTarget;
import org.clattention.backend.Lane.Scratch;
import org.clattention.backend.RowTarget;
import org.clattention.opencl.Kernel;

/** Launches products with weights in panels, on CPU devices. */
final class PanelProducts {
    private final OpenClLane lane;
    private final ProductFinish finish;
    private final RowTarget rowTarget = new RowTarget();

    PanelProducts(OpenClLane lane) {
        this.lane = lane;
        this.finish = new ProductFinish(lane);
    }

    /** Whether these kernels can take the outputs from {@code firstOutput} on. */
    static boolean takes(OpenClWeights weights, int firstOutput) {
        return weights.panels() && firstOutput % WeightPacker.PANEL == 0;
    }

    void project(DeviceArray x, int rows, OpenClWeights weights, Epilogue epilogue, DeviceArray y) {
        finish.elements(epilogue);
        product("rows", x, 1, rows, weights, 0, rowTarget.of(y, weights.outputs()));
    }

    void projectHeads(
            DeviceArray x, int batch, int length, OpenClWeights weights, int firstOutput, HeadTarget... targets) {
        boolean finished = finish.heads(targets);
        product("heads", x, batch, length, weights, firstOutput, targets);
        if (!finished) {
            AfterProduct.finish(lane, batch, length, targets);
        }
    }

    void projectEachHead(HeadProductStep step) {
        OpenClWeights weights = (OpenClWeights) step.weights();
        int panels = (step.columns() + WeightPacker.PANEL - 1) / WeightPacker.PANEL;
        Kernel kernel = lane.kernel(QuantizedPanels.headProducts(weights.type()))
                .with("ROWS", CpuPlan.streamRows(step.rows()))
                .role("WGT", weights.type())
                .with("COLUMNS", WeightPacker.PANEL)
                .arguments()
                .buffer(OpenClArray.bufferOf(step.x().array()))
                .integer(KernelCodes.of(step.x().array()))
                .buffer(weights.matrix())
                .buffer(OpenClArray.bufferOf(step.out().array()))
                .integer(KernelCodes.of(step.out().array()))
                .struct(Products.params(lane, step))
                .done();
        lane.launch(kernel, kernel.singles(panels, Math.multiplyExact(step.batch(), step.heads())));
    }

    private void product(
            String use,
            DeviceArray x,
            int batch,
            int length,
            OpenClWeights weights,
            int firstOutput,
            HeadTarget... targets) {
        int rows = Math.multiplyExact(batch, length);
        int columns = ProjectionParams.columns(targets);
        int parts = (columns + finish.columns() - 1) / finish.columns();
        if (CpuPlan.streams(rows)) {
            KernelChoice choice = lane.kernel(QuantizedPanels.rowProduct(weights.type()))
                    .use(use)
                    .with("ROWS", CpuPlan.streamRows(rows))
                    .role("WGT", weights.type());
            Kernel.Arguments arguments = finish.define(choice)
                    .arguments()
                    .buffer(OpenClArray.bufferOf(x))
                    .integer(KernelCodes.of(x));
            launch(arguments, rows, length, weights, firstOutput, parts, 1, targets);
            return;
        }
        int tile = CpuPlan.productRows(lane.profile(), rows);
        int blocks = (rows + tile - 1) / tile;
        DeviceArray packed = packRows(use, x, rows, weights.inputs(), tile, blocks);
        KernelChoice choice = lane.kernel(QuantizedPanels.packedProduct(weights.type()))
                .use(use)
                .with("ROWS", tile)
                .with("NEAR", CpuPlan.NEAR_BYTES)
                .role("WGT", weights.type());
        Kernel.Arguments arguments = finish.define(choice).arguments().buffer(OpenClArray.bufferOf(packed));
        launch(arguments, rows, length, weights, firstOutput, blocks, parts, targets);
    }

    private DeviceArray packRows(String use, DeviceArray x, int rows, int inputs, int tile, int blocks) {
        DeviceArray packed = lane.scratch(Scratch.PACKED_ROWS, DataType.F32, (long) blocks * tile * inputs);
        Kernel pack = lane.kernel(KernelId.PACK_ROWS)
                .use(use)
                .with("ROWS", tile)
                .arguments()
                .buffer(OpenClArray.bufferOf(x))
                .integer(KernelCodes.of(x))
                .buffer(OpenClArray.bufferOf(packed))
                .integer(rows)
                .integer(inputs)
                .done();
        lane.launch(pack, pack.singles(blocks, (inputs + 255) / 256));
        return packed;
    }

    /** Sets what both products take after their rows, and launches. */
    private void launch(
            Kernel.Arguments arguments,
            int rows,
            int length,
            OpenClWeights weights,
            int firstOutput,
            int groupsX,
            int groupsY,
            HeadTarget... targets) {
        arguments.buffer(weights.matrix()).buffer(weights.bias());
        for (int i = 0; i < ProjectionParams.MAX_TARGETS; i++) {
            arguments.buffer(
                    i < targets.length ? OpenClArray.bufferOf(targets[i].view().array()) : lane.placeholder());
        }
        ByteBuffer params = ProjectionParams.of(lane, rows, length, weights, firstOutput, targets);
        arguments.integer(KernelCodes.of(targets[0].view().array())).struct(params);
        Kernel kernel = finish.arguments(arguments, targets).done();
        lane.launch(kernel, kernel.singles(groupsX, groupsY));
    }
}
