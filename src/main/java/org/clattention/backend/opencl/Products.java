package org.clattention.backend.opencl;

import java.nio.ByteBuffer;
import org.clattention.backend.DeviceArray;
import org.clattention.backend.HeadProductStep;
import org.clattention.backend.HeadTarget;
import org.clattention.opencl.Kernel;
import org.clattention.opencl.NdRange;

/** Launches the matrix products of a lane. */
final class Products {
    private static final StructLayout HEAD_PRODUCTS_PARAMS =
            KernelDefinitions.of("common/head_products.cl").struct("head_products_params");

    private final OpenClLane lane;

    Products(OpenClLane lane) {
        this.lane = lane;
    }

    void projectHeads(
            DeviceArray x, int batch, int length, OpenClWeights weights, int firstOutput, HeadTarget... targets) {
        int rows = Math.multiplyExact(batch, length);
        int columns = ProjectionParams.columns(targets);
        ByteBuffer params = ProjectionParams.of(lane, rows, length, weights, firstOutput, targets);
        ProductTile tile = PortablePlan.productTile(lane.profile(), rows);
        Kernel.Arguments arguments = choice(
                        KernelId.QKV_PROJECTION,
                        tile,
                        x,
                        weights,
                        targets[0].view().array())
                .arguments()
                .buffer(OpenClArray.bufferOf(x))
                .buffer(weights.matrix())
                .buffer(weights.bias());
        for (int i = 0; i < ProjectionParams.MAX_TARGETS; i++) {
            arguments.buffer(
                    i < targets.length ? OpenClArray.bufferOf(targets[i].view().array()) : lane.placeholder());
        }
        lane.launch(arguments.struct(params).done(), NdRange.ofGroups(tile.groups(rows, columns, 1), tile.local()));
    }

    void project(DeviceArray x, long rows, OpenClWeights weights, DeviceArray y) {
        ProductTile tile = PortablePlan.productTile(lane.profile(), rows);
        Kernel kernel = choice(KernelId.OUTPUT_PROJECTION, tile, x, weights, y)
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

    void projectEachHead(HeadProductStep step) {
        OpenClWeights weights = (OpenClWeights) step.weights();
        ByteBuffer params = params(lane, step);
        ProductTile tile = PortablePlan.productTile(lane.profile(), step.rows());
        Kernel kernel = choice(
                        KernelId.HEAD_PRODUCTS,
                        tile,
                        step.x().array(),
                        weights,
                        step.out().array())
                .arguments()
                .buffer(OpenClArray.bufferOf(step.x().array()))
                .buffer(weights.matrix())
                .buffer(OpenClArray.bufferOf(step.out().array()))
                .struct(params)
                .done();
        long layers = (long) step.batch() * step.heads();
        lane.launch(kernel, NdRange.ofGroups(tile.groups(step.rows(), step.columns(), layers), tile.local()));
    }

    /** The struct {@code head_products_params} of both kernels. */
    static ByteBuffer params(OpenClLane lane, HeadProductStep step) {
        return lane.struct()
                .begin(HEAD_PRODUCTS_PARAMS)
                .integer("heads", step.heads())
                .integer("rows", step.rows())
                .integer("inner", step.inner())
                .integer("columns", step.columns())
                .view("x", step.x())
                .view("out", step.out())
                .done();
    }

    private KernelChoice choice(KernelId id, ProductTile tile, DeviceArray x, OpenClWeights weights, DeviceArray out) {
        return tile.define(lane.kernel(id))
                .role("ACT", x)
                .role("WGT", weights.type())
                .role("OUT", out)
                .with("PANELS", weights.panels() ? 1 : 0);
    }
}
