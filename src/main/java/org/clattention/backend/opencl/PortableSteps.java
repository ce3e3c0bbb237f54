package org.clattention.backend.opencl;

import org.clattention.DataType;
import org.clattention.backend.AttentionStep;
import org.clattention.backend.MaskView;
import org.clattention.opencl.Buffer;
import org.clattention.opencl.Kernel;
import org.clattention.opencl.NdRange;
import org.jspecify.annotations.Nullable;

/** By the portable kernels. */
final class PortableSteps implements ExplicitSteps {
    private final OpenClLane lane;

    PortableSteps(OpenClLane lane) {
        this.lane = lane;
    }

    @Override
    public void begin(AttentionStep step) {}

    @Override
    public void scores(AttentionStep step, HeadRange range, int stage, Buffer out) {
        ProductTile tile = PortablePlan.productTile(lane.profile(), range.rows());
        AttentionStep.Extras extras = step.extras();
        Kernel kernel = tile.define(lane.kernel(KernelId.SCALED_SCORES))
                .role("QRY", step.query().array())
                .role("KEY", step.key().array())
                .role("BIAS", biasType(extras.bias()))
                .arguments()
                .buffer(OpenClArray.bufferOf(step.query().array()))
                .buffer(OpenClArray.bufferOf(step.key().array()))
                .buffer(lane.optional(extras.sequences()))
                .buffer(lane.optional(step.keyRows().table()))
                .buffer(optional(extras.mask()))
                .buffer(optional(extras.bias()))
                .buffer(lane.optional(extras.alibiSlopes()))
                .buffer(out)
                .struct(AttentionParams.of(step, range, stage))
                .done();
        lane.launch(
                kernel, NdRange.ofGroups(tile.groups(range.rows(), step.shape().keys(), range.heads()), tile.local()));
    }

    @Override
    public void weightedValues(AttentionStep step, HeadRange range, Buffer weights) {
        ProductTile tile = PortablePlan.productTile(lane.profile(), range.rows());
        AttentionStep.Extras extras = step.extras();
        Kernel kernel = tile.define(lane.kernel(KernelId.WEIGHTED_VALUES))
                .role("KEY", step.value().array())
                .role("OUT", step.context().array())
                .role("BIAS", biasType(extras.bias()))
                .arguments()
                .buffer(weights)
                .buffer(OpenClArray.bufferOf(step.value().array()))
                .buffer(lane.optional(extras.sequences()))
                .buffer(lane.optional(step.keyRows().table()))
                .buffer(optional(extras.mask()))
                .buffer(optional(extras.bias()))
                .buffer(lane.optional(extras.headGate()))
                .buffer(OpenClArray.bufferOf(step.context().array()))
                .struct(AttentionParams.of(step, range, ExplicitAttention.MASKED_STAGE))
                .done();
        lane.launch(
                kernel,
                NdRange.ofGroups(tile.groups(range.rows(), step.shape().valueSize(), range.heads()), tile.local()));
    }

    private static DataType biasType(@Nullable MaskView bias) {
        return bias == null ? DataType.F32 : bias.array().type();
    }

    private Buffer optional(@Nullable MaskView mask) {
        return lane.optional(mask == null ? null : mask.array());
    }
}
