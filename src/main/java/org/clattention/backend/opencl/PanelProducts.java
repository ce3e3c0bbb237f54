package org.clattention.backend.opencl;

import java.nio.ByteBuffer;
import org.clattention.DataType;
import org.clattention.backend.DeviceArray;
import org.clattention.backend.HeadTarget;
import org.clattention.backend.HeadView;
import org.clattention.backend.Lane.Scratch;
import org.clattention.opencl.Kernel;

/** Launches products with weights in panels, on CPU devices. */
final class PanelProducts {
    private final OpenClLane lane;

    PanelProducts(OpenClLane lane) {
        this.lane = lane;
    }

    /** Whether these kernels can take the outputs from {@code firstOutput} on. */
    static boolean takes(OpenClWeights weights, int firstOutput) {
        return weights.panels() && firstOutput % WeightPacker.PANEL == 0;
    }

    void project(DeviceArray x, int rows, OpenClWeights weights, DeviceArray y) {
        HeadView view = new HeadView(y, 0, 0, 0, weights.outputs());
        product("rows", x, 1, rows, weights, 0, new HeadTarget(view, 1, weights.outputs()));
    }

    void projectHeads(
            DeviceArray x, int batch, int length, OpenClWeights weights, int firstOutput, HeadTarget... targets) {
        product("heads", x, batch, length, weights, firstOutput, targets);
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
        int panels = (ProjectionParams.columns(targets) + WeightPacker.PANEL - 1) / WeightPacker.PANEL;
        ByteBuffer params = ProjectionParams.of(lane, rows, length, weights, firstOutput, targets);
        if (CpuPlan.streams(rows)) {
            Kernel.Arguments arguments = lane.kernel(QuantizedPanels.rowProduct(weights.type()))
                    .use(use)
                    .with("ROWS", CpuPlan.streamRows(rows))
                    .role("WGT", weights.type())
                    .arguments()
                    .buffer(OpenClArray.bufferOf(x))
                    .integer(Roles.code(x));
            launch(arguments, weights, params, panels, 1, targets);
            return;
        }
        int tile = CpuPlan.productRows(lane.profile(), rows);
        int blocks = (rows + tile - 1) / tile;
        DeviceArray packed = lane.scratch(Scratch.PACKED_ROWS, DataType.F32, (long) blocks * tile * weights.inputs());
        Kernel pack = lane.kernel(KernelId.PACK_ROWS)
                .use(use)
                .with("ROWS", tile)
                .arguments()
                .buffer(OpenClArray.bufferOf(x))
                .integer(Roles.code(x))
                .buffer(OpenClArray.bufferOf(packed))
                .integer(rows)
                .integer(weights.inputs())
                .done();
        lane.launch(pack, pack.singles(blocks, (weights.inputs() + 255) / 256));
        Kernel.Arguments arguments = lane.kernel(QuantizedPanels.packedProduct(weights.type()))
                .use(use)
                .with("ROWS", tile)
                .with("NEAR", CpuPlan.NEAR_BYTES)
                .role("WGT", weights.type())
                .arguments()
                .buffer(OpenClArray.bufferOf(packed));
        launch(arguments, weights, params, blocks, panels, targets);
    }

    /** Sets what both products take after their rows, and launches. */
    private void launch(
            Kernel.Arguments arguments,
            OpenClWeights weights,
            ByteBuffer params,
            int columns,
            int rows,
            HeadTarget... targets) {
        arguments.buffer(weights.matrix()).buffer(weights.bias());
        for (int i = 0; i < ProjectionParams.MAX_TARGETS; i++) {
            arguments.buffer(
                    i < targets.length ? OpenClArray.bufferOf(targets[i].view().array()) : lane.placeholder());
        }
        arguments.integer(Roles.code(targets[0].view().array()));
        Kernel kernel = arguments.struct(params).done();
        lane.launch(kernel, kernel.singles(columns, rows));
    }
}
