package org.clattention.backend.opencl;

import org.clattention.DataType;
import org.clattention.backend.DeviceArray;
import org.clattention.backend.HeadTarget;
import org.clattention.opencl.Kernel;
import org.clattention.opencl.NdRange;

/** Launches the matrix products of a lane. */
final class Products {
    private static final int MAX_TARGETS = 3;

    private final OpenClLane lane;

    Products(OpenClLane lane) {
        this.lane = lane;
    }

    void projectHeads(
            DeviceArray x, int batch, int length, OpenClWeights weights, int firstOutput, HeadTarget... targets) {
        int rows = Math.multiplyExact(batch, length);
        int columns = 0;
        for (HeadTarget target : targets) {
            columns = Math.addExact(columns, target.columns());
        }
        StructWriter params = new StructWriter(6 + 6 * MAX_TARGETS)
                .integers(rows, length, weights.inputs(), firstOutput, columns, weights.hasBias() ? 1 : 0);
        for (int i = 0; i < MAX_TARGETS; i++) {
            if (i < targets.length) {
                params.integers(targets[i].columns(), targets[i].size()).view(targets[i].view());
            } else {
                params.integers(0, 1).view(null);
            }
        }
        ProductTile tile = PortablePlan.productTile(lane.profile());
        Kernel.Arguments arguments = lane.kernel(variant(KernelId.QKV_PROJECTION, tile, weights.type()))
                .arguments()
                .buffer(OpenClArray.bufferOf(x))
                .buffer(weights.matrix())
                .buffer(weights.bias());
        for (int i = 0; i < MAX_TARGETS; i++) {
            arguments.buffer(
                    i < targets.length ? OpenClArray.bufferOf(targets[i].view().array()) : lane.placeholder());
        }
        lane.launch(
                arguments.struct(params.done()).done(), NdRange.ofGroups(tile.groups(rows, columns, 1), tile.local()));
    }

    void project(DeviceArray x, long rows, OpenClWeights weights, DeviceArray y) {
        ProductTile tile = PortablePlan.productTile(lane.profile());
        Kernel kernel = lane.kernel(variant(KernelId.OUTPUT_PROJECTION, tile, weights.type()))
                .arguments()
                .buffer(OpenClArray.bufferOf(x))
                .buffer(weights.matrix())
                .buffer(weights.bias())
                .buffer(OpenClArray.bufferOf(y))
                .integer(Math.toIntExact(rows))
                .integer(weights.outputs())
                .integer(weights.inputs())
                .integer(weights.hasBias() ? 1 : 0)
                .done();
        lane.launch(kernel, NdRange.ofGroups(tile.groups(rows, weights.outputs(), 1), tile.local()));
    }

    private static KernelVariant variant(KernelId id, ProductTile tile, DataType weights) {
        return new KernelVariant(id, tile.defines() + " -DACT=F32 -DOUT=F32 -DWGT=" + weights);
    }
}
