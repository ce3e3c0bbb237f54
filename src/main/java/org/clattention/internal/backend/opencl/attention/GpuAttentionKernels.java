package org.clattention.internal.backend.opencl.attention;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.clattention.config.DataType;
import org.clattention.internal.backend.AttentionOp;
import org.clattention.internal.backend.CommandStream.Scratch;
import org.clattention.internal.backend.DeviceArray;
import org.clattention.internal.backend.MaskView;
import org.clattention.internal.backend.opencl.OpenClStream;
import org.clattention.internal.backend.opencl.launch.KernelId;
import org.clattention.internal.backend.opencl.launch.OpenClArray;
import org.clattention.internal.backend.opencl.launch.StorageRole;
import org.clattention.internal.backend.opencl.plan.GpuPlan;
import org.clattention.internal.backend.opencl.plan.HeadRange;
import org.clattention.internal.cl.Buffer;
import org.clattention.internal.cl.Kernel;
import org.clattention.internal.cl.NdRange;
import org.jspecify.annotations.Nullable;

/**
 * Attention on GPUs without scores in global memory: by tiles of rows, or for few rows with the keys split over groups. Rows that
 * met what is not finite are made again, exactly.
 */
public final class GpuAttentionKernels {
    /** What both attention kernels are built with. */
    private static final String ATTENTION_TILE = "-DGROUP_ITEMS=" + GpuPlan.ATTENTION_ITEMS + " -DKEYS=" + GpuPlan.KEYS;

    private final OpenClStream stream;

    public GpuAttentionKernels(OpenClStream stream) {
        this.stream = stream;
    }

    public void run(AttentionOp step) {
        AttentionOp.Shape shape = step.shape();
        ByteBuffer params = AttentionParams.of(step, new HeadRange(0, shape.allHeads(), 0, shape.queryLength()), 2);
        DeviceArray flags =
                stream.scratch(Scratch.ROW_FLAGS, DataType.I32, (long) shape.allHeads() * shape.queryLength());
        if (GpuPlan.fewRows(shape)) {
            split(step, params, flags);
        } else {
            flash(step, params, flags);
        }
        int items = GpuPlan.ROW_ITEMS;
        Kernel.Arguments exact = inputs(KernelId.EXACT_ROWS, "-DGROUP_ITEMS=" + items + out(step), step);
        results(exact, step)
                .buffer(OpenClArray.bufferOf(flags))
                .integer(wantsLogSumExp(step))
                .struct(params);
        stream.launch(exact.done(), groups(items, (flags.elements() + items - 1) / items));
    }

    private void flash(AttentionOp step, ByteBuffer params, DeviceArray flags) {
        AttentionOp.Shape shape = step.shape();
        int rows = GpuPlan.flashRows(shape.valueSize());
        String options = ATTENTION_TILE
                + " -DROWS=" + rows
                + " -DMAX_SIZE=" + GpuPlan.flashMaxSize(shape.valueSize())
                + " -DWIDTH=" + GpuPlan.width(step);
        Kernel.Arguments arguments = inputs(KernelId.GPU_FLASH_ATTENTION, options + out(step), step);
        results(arguments, step)
                .buffer(OpenClArray.bufferOf(flags))
                .integer(wantsLogSumExp(step))
                .struct(params);
        int blocks = (GpuPlan.sharingRows(shape) + rows - 1) / rows;
        stream.launch(arguments.done(), groups(GpuPlan.ATTENTION_ITEMS, blocks, kvHeads(shape)));
    }

    private void split(AttentionOp step, ByteBuffer params, DeviceArray flags) {
        AttentionOp.Shape shape = step.shape();
        int sharing = GpuPlan.sharingRows(shape);
        int rows = GpuPlan.splitRows(sharing);
        int blocks = (sharing + rows - 1) / rows;
        int splits = GpuPlan.splits(stream.profile(), blocks * kvHeads(shape), shape.keys());
        int partial = 4 + (shape.valueSize() + 3) / 4 * 4;
        DeviceArray partials =
                stream.scratch(Scratch.PARTIAL_ROWS, DataType.F32, kvHeads(shape) * sharing * splits * partial);
        String options = ATTENTION_TILE + " -DROWS=" + rows + " -DWIDTH=" + GpuPlan.width(step);
        Kernel kernel = inputs(KernelId.SPLIT_ATTENTION, options, step)
                .buffer(OpenClArray.bufferOf(partials))
                .struct(params)
                .done();
        stream.launch(kernel, groups(GpuPlan.ATTENTION_ITEMS, splits, blocks, kvHeads(shape)));

        Kernel.Arguments combine = stream.kernel(
                        KernelId.COMBINE_SPLITS, "-DGROUP_ITEMS=" + GpuPlan.ROW_ITEMS + out(step))
                .arguments()
                .buffer(stream.optional(step.extras().sequences()));
        results(combine, step)
                .buffer(OpenClArray.bufferOf(partials))
                .buffer(OpenClArray.bufferOf(flags))
                .integer(splits)
                .integer(wantsLogSumExp(step))
                .struct(params);
        stream.launch(combine.done(), groups(GpuPlan.ROW_ITEMS, sharing, kvHeads(shape)));
    }

    /** The arguments that all of these kernels begin with. */
    private Kernel.Arguments inputs(KernelId id, String options, AttentionOp step) {
        AttentionOp.Extras extras = step.extras();
        MaskView bias = extras.bias();
        String types = StorageRole.role("QRY", step.query().array())
                + StorageRole.role("KEY", step.key().array())
                + StorageRole.role(
                        "BIAS", bias == null ? DataType.F32 : bias.array().type());
        return stream.kernel(id, options + types)
                .arguments()
                .buffer(OpenClArray.bufferOf(step.query().array()))
                .buffer(OpenClArray.bufferOf(step.key().array()))
                .buffer(OpenClArray.bufferOf(step.value().array()))
                .buffer(stream.optional(extras.sequences()))
                .buffer(stream.optional(step.keyRows().table()))
                .buffer(mask(extras.mask()))
                .buffer(mask(bias))
                .buffer(stream.optional(extras.alibiSlopes()));
    }

    /** The further arguments of the kernels that finish rows. */
    private Kernel.Arguments results(Kernel.Arguments arguments, AttentionOp step) {
        return arguments
                .buffer(stream.optional(step.extras().sinks()))
                .buffer(stream.optional(step.extras().headGate()))
                .buffer(OpenClArray.bufferOf(step.context().array()))
                .buffer(stream.optional(step.wanted().logSumExp()));
    }

    private static int wantsLogSumExp(AttentionOp step) {
        return step.wanted().logSumExp() != null ? 1 : 0;
    }

    private static String out(AttentionOp step) {
        return StorageRole.role("OUT", step.context().array());
    }

    private static long kvHeads(AttentionOp.Shape shape) {
        return Math.multiplyExact(shape.batch(), shape.kvHeads());
    }

    private Buffer mask(@Nullable MaskView mask) {
        return stream.optional(mask == null ? null : mask.array());
    }

    private static NdRange groups(long items, long... groups) {
        long[] local = new long[groups.length];
        Arrays.fill(local, 1);
        local[0] = items;
        return NdRange.ofGroups(groups, local);
    }
}
