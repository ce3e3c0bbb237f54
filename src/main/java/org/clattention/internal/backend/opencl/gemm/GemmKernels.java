package org.clattention.internal.backend.opencl.gemm;

import java.nio.ByteBuffer;
import org.clattention.internal.backend.BatchedGemmOp;
import org.clattention.internal.backend.DeviceArray;
import org.clattention.internal.backend.HeadTarget;
import org.clattention.internal.backend.opencl.OpenClStream;
import org.clattention.internal.backend.opencl.launch.KernelChoice;
import org.clattention.internal.backend.opencl.launch.KernelDefinitions;
import org.clattention.internal.backend.opencl.launch.KernelId;
import org.clattention.internal.backend.opencl.launch.OpenClArray;
import org.clattention.internal.backend.opencl.launch.StructLayout;
import org.clattention.internal.backend.opencl.plan.PortablePlan;
import org.clattention.internal.backend.opencl.plan.ProductTile;
import org.clattention.internal.cl.Kernel;
import org.clattention.internal.cl.NdRange;

/** Launches the matrix products of a stream. */
public final class GemmKernels {
    private static final StructLayout HEAD_PRODUCTS_PARAMS =
            KernelDefinitions.of("common/head_products.cl").struct("head_products_params");

    private final OpenClStream stream;

    public GemmKernels(OpenClStream stream) {
        this.stream = stream;
    }

    public void projectHeads(
            DeviceArray x, int batch, int length, OpenClWeights weights, int firstOutput, HeadTarget... targets) {
        int rows = Math.multiplyExact(batch, length);
        int columns = ProjectionParams.columns(targets);
        ByteBuffer params = ProjectionParams.of(stream, rows, length, weights, firstOutput, targets);
        ProductTile tile = PortablePlan.productTile(stream.profile(), rows);
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
                    i < targets.length ? OpenClArray.bufferOf(targets[i].view().array()) : stream.placeholder());
        }
        stream.launch(arguments.struct(params).done(), NdRange.ofGroups(tile.groups(rows, columns, 1), tile.local()));
    }

    public void project(DeviceArray x, long rows, OpenClWeights weights, DeviceArray y) {
        ProductTile tile = PortablePlan.productTile(stream.profile(), rows);
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
        stream.launch(kernel, NdRange.ofGroups(tile.groups(rows, weights.outputs(), 1), tile.local()));
    }

    public void projectEachHead(BatchedGemmOp step) {
        OpenClWeights weights = (OpenClWeights) step.weights();
        ByteBuffer params = params(stream, step);
        ProductTile tile = PortablePlan.productTile(stream.profile(), step.rows());
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
        stream.launch(kernel, NdRange.ofGroups(tile.groups(step.rows(), step.columns(), layers), tile.local()));
    }

    /** The struct {@code head_products_params} of both kernels. */
    static ByteBuffer params(OpenClStream stream, BatchedGemmOp step) {
        return stream.struct()
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
        return stream.kernel(id)
                .tile(tile)
                .role("ACT", x)
                .role("WGT", weights.type())
                .role("OUT", out)
                .with("PANELS", weights.panels() ? 1 : 0);
    }
}
