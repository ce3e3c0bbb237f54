package org.clattention.internal.backend.opencl.gemm;

import java.nio.ByteBuffer;
import org.clattention.internal.backend.DeviceArray;
import org.clattention.internal.backend.HeadTarget;
import org.clattention.internal.backend.HeadView;
import org.clattention.internal.backend.opencl.OpenClStream;
import org.clattention.internal.backend.opencl.launch.KernelId;
import org.clattention.internal.backend.opencl.launch.OpenClArray;
import org.clattention.internal.backend.opencl.launch.StorageRole;
import org.clattention.internal.backend.opencl.plan.GpuPlan;
import org.clattention.internal.backend.opencl.plan.ProductTile;
import org.clattention.internal.cl.Kernel;
import org.clattention.internal.cl.NdRange;

/** Launches products on GPUs: tiles in registers for many rows, streams of weights for few. */
public final class TiledGemmKernels {
    private final OpenClStream stream;

    public TiledGemmKernels(OpenClStream stream) {
        this.stream = stream;
    }

    public void project(DeviceArray x, int rows, OpenClWeights weights, DeviceArray y) {
        HeadView view = new HeadView(y, 0, 0, 0, weights.outputs());
        projectHeads(x, 1, rows, weights, 0, new HeadTarget(view, 1, weights.outputs()));
    }

    public void projectHeads(
            DeviceArray x, int batch, int length, OpenClWeights weights, int firstOutput, HeadTarget... targets) {
        int rows = Math.multiplyExact(batch, length);
        int columns = ProjectionParams.columns(targets);
        String options = " -DWIDTH=" + GpuPlan.width(weights.inputs(), targets)
                + StorageRole.role("ACT", x)
                + StorageRole.role("WGT", weights.type())
                + StorageRole.role("OUT", targets[0].view().array());
        Kernel kernel;
        NdRange range;
        if (GpuPlan.streams(rows)) {
            int items = GpuPlan.ROW_PRODUCT_ITEMS;
            String few = "-DROWS=" + GpuPlan.streamRows(rows) + " -DGROUP_ITEMS=" + items;
            kernel = stream.kernel(KernelId.GPU_ROW_PRODUCT, few + options);
            range = NdRange.ofGroups(new long[] {(columns + 3) / 4}, new long[] {items});
        } else {
            ProductTile tile = GpuPlan.productTile(stream.profile(), rows, columns);
            kernel = stream.kernel(KernelId.TILED_PRODUCT, tile.options() + options);
            range = NdRange.ofGroups(tile.groups(rows, columns, 1), tile.local());
        }
        Kernel.Arguments arguments = kernel.arguments()
                .buffer(OpenClArray.bufferOf(x))
                .buffer(weights.matrix())
                .buffer(weights.bias());
        for (int i = 0; i < ProjectionParams.MAX_TARGETS; i++) {
            arguments.buffer(
                    i < targets.length ? OpenClArray.bufferOf(targets[i].view().array()) : stream.placeholder());
        }
        ByteBuffer params = ProjectionParams.of(stream, rows, length, weights, firstOutput, targets);
        stream.launch(arguments.struct(params).done(), range);
    }
}
