package org.clattention.internal.backend.opencl.attention;

import org.clattention.config.DataType;
import org.clattention.internal.backend.AttentionOp;
import org.clattention.internal.backend.MaskView;
import org.clattention.internal.backend.opencl.OpenClStream;
import org.clattention.internal.backend.opencl.launch.KernelId;
import org.clattention.internal.backend.opencl.launch.OpenClArray;
import org.clattention.internal.backend.opencl.plan.HeadRange;
import org.clattention.internal.backend.opencl.plan.PortablePlan;
import org.clattention.internal.backend.opencl.plan.ProductTile;
import org.clattention.internal.cl.Buffer;
import org.clattention.internal.cl.Kernel;
import org.clattention.internal.cl.NdRange;
import org.jspecify.annotations.Nullable;

/** By the portable kernels. */
final class PortableSteps implements MaterializedSteps {
    private final OpenClStream stream;

    PortableSteps(OpenClStream stream) {
        this.stream = stream;
    }

    @Override
    public void begin(AttentionOp step) {}

    @Override
    public void scores(AttentionOp step, HeadRange range, int stage, Buffer out) {
        ProductTile tile = PortablePlan.productTile(stream.profile(), range.rows());
        AttentionOp.Extras extras = step.extras();
        Kernel kernel = stream.kernel(KernelId.SCALED_SCORES)
                .tile(tile)
                .role("QRY", step.query().array())
                .role("KEY", step.key().array())
                .role("BIAS", biasType(extras.bias()))
                .arguments()
                .buffer(OpenClArray.bufferOf(step.query().array()))
                .buffer(OpenClArray.bufferOf(step.key().array()))
                .buffer(stream.optional(extras.sequences()))
                .buffer(stream.optional(step.keyRows().table()))
                .buffer(optional(extras.mask()))
                .buffer(optional(extras.bias()))
                .buffer(stream.optional(extras.alibiSlopes()))
                .buffer(out)
                .struct(AttentionParams.of(step, range, stage))
                .done();
        stream.launch(
                kernel, NdRange.ofGroups(tile.groups(range.rows(), step.shape().keys(), range.heads()), tile.local()));
    }

    @Override
    public void weightedValues(AttentionOp step, HeadRange range, Buffer weights) {
        ProductTile tile = PortablePlan.productTile(stream.profile(), range.rows());
        AttentionOp.Extras extras = step.extras();
        Kernel kernel = stream.kernel(KernelId.WEIGHTED_VALUES)
                .tile(tile)
                .role("KEY", step.value().array())
                .role("OUT", step.context().array())
                .role("BIAS", biasType(extras.bias()))
                .arguments()
                .buffer(weights)
                .buffer(OpenClArray.bufferOf(step.value().array()))
                .buffer(stream.optional(extras.sequences()))
                .buffer(stream.optional(step.keyRows().table()))
                .buffer(optional(extras.mask()))
                .buffer(optional(extras.bias()))
                .buffer(stream.optional(extras.headGate()))
                .buffer(OpenClArray.bufferOf(step.context().array()))
                .struct(AttentionParams.of(step, range, MaterializedAttentionKernels.MASKED_STAGE))
                .done();
        stream.launch(
                kernel,
                NdRange.ofGroups(tile.groups(range.rows(), step.shape().valueSize(), range.heads()), tile.local()));
    }

    private static DataType biasType(@Nullable MaskView bias) {
        return bias == null ? DataType.F32 : bias.array().type();
    }

    private Buffer optional(@Nullable MaskView mask) {
        return stream.optional(mask == null ? null : mask.array());
    }
}
