package org.clattention.backend.opencl;

import java.util.Arrays;
import org.clattention.DataType;
import org.clattention.backend.DeviceArray;
import org.clattention.backend.HeadTarget;
import org.clattention.backend.HeadView;
import org.clattention.backend.Lane.Scratch;
import org.clattention.opencl.Kernel;
import org.clattention.opencl.NdRange;

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
        projectHeads(x, 1, rows, weights, 0, new HeadTarget(view, 1, weights.outputs()));
    }

    void projectHeads(
            DeviceArray x, int batch, int length, OpenClWeights weights, int firstOutput, HeadTarget... targets) {
        int rows = Math.multiplyExact(batch, length);
        int panels = (ProjectionParams.columns(targets) + WeightPacker.PANEL - 1) / WeightPacker.PANEL;
        byte[] params = ProjectionParams.of(rows, length, weights, firstOutput, targets);
        String type = Roles.role("WGT", weights.type());
        if (CpuPlan.streams(rows)) {
            Kernel.Arguments arguments = lane.kernel(
                            QuantizedPanels.rowProduct(weights.type()), "-DROWS=" + CpuPlan.streamRows(rows) + type)
                    .arguments()
                    .buffer(OpenClArray.bufferOf(x))
                    .integer(Roles.code(x));
            launch(arguments, weights, params, new long[] {panels}, targets);
            return;
        }
        int tile = CpuPlan.productRows(lane.profile(), rows);
        int blocks = (rows + tile - 1) / tile;
        DeviceArray packed = lane.scratch(Scratch.PACKED_ROWS, DataType.F32, (long) blocks * tile * weights.inputs());
        Kernel pack = lane.kernel(KernelId.PACK_ROWS, "-DROWS=" + tile)
                .arguments()
                .buffer(OpenClArray.bufferOf(x))
                .integer(Roles.code(x))
                .buffer(OpenClArray.bufferOf(packed))
                .integer(rows)
                .integer(weights.inputs())
                .done();
        lane.launch(pack, single(blocks, (weights.inputs() + 255) / 256));
        Kernel.Arguments arguments = lane.kernel(QuantizedPanels.packedProduct(weights.type()), "-DROWS=" + tile + type)
                .arguments()
                .buffer(OpenClArray.bufferOf(packed));
        launch(arguments, weights, params, new long[] {blocks, panels}, targets);
    }

    /** Sets what both products take after their rows, and launches. */
    private void launch(
            Kernel.Arguments arguments, OpenClWeights weights, byte[] params, long[] groups, HeadTarget... targets) {
        arguments.buffer(weights.matrix()).buffer(weights.bias());
        for (int i = 0; i < ProjectionParams.MAX_TARGETS; i++) {
            arguments.buffer(
                    i < targets.length ? OpenClArray.bufferOf(targets[i].view().array()) : lane.placeholder());
        }
        arguments.integer(Roles.code(targets[0].view().array()));
        lane.launch(arguments.struct(params).done(), single(groups));
    }

    /** Groups of one work-item. */
    static NdRange single(long... groups) {
        long[] local = new long[groups.length];
        Arrays.fill(local, 1);
        return NdRange.ofGroups(groups, local);
    }
}
