package org.clattention.backend.opencl;

import java.nio.ByteBuffer;
import java.util.Objects;
import org.clattention.backend.AttentionStep;
import org.clattention.backend.DeviceArray;
import org.clattention.backend.HeadView;
import org.clattention.backend.MaskView;
import org.clattention.opencl.Buffer;
import org.clattention.opencl.Kernel;
import org.jspecify.annotations.Nullable;

/** On CPU devices: by tiles in vector registers, over packed keys and plain values. */
final class PanelSteps implements ExplicitSteps {
    private final OpenClLane lane;
    private final AttentionOperands operands;
    private @Nullable HeadView values;
    private @Nullable DeviceArray keys;

    PanelSteps(OpenClLane lane) {
        this.lane = lane;
        this.operands = new AttentionOperands(lane);
    }

    @Override
    public void begin(AttentionStep step) {
        HeadView plain = operands.values(step);
        values = plain;
        keys = operands.packedKeys(step, AttentionParams.whole(lane, step, plain));
    }

    @Override
    public void scores(AttentionStep step, HeadRange range, int stage, Buffer out) {
        Kernel.Arguments arguments = tiles(KernelId.CPU_SCALED_SCORES)
                .with("NATURAL", 1)
                .arguments()
                .buffer(OpenClArray.bufferOf(step.query().array()))
                .integer(KernelCodes.of(step.query().array()))
                .buffer(lane.optional(keys));
        masks(arguments, step);
        Kernel kernel = arguments
                .buffer(lane.optional(step.extras().alibiSlopes()))
                .buffer(out)
                .struct(params(step, range, stage))
                .done();
        launch(kernel, range);
    }

    @Override
    public void weightedValues(AttentionStep step, HeadRange range, Buffer weights) {
        DeviceArray plain = Objects.requireNonNull(values).array();
        Kernel.Arguments arguments =
                tiles(KernelId.CPU_WEIGHTED_VALUES).arguments().buffer(weights).buffer(OpenClArray.bufferOf(plain));
        masks(arguments, step);
        Kernel kernel = arguments
                .buffer(lane.optional(step.extras().headGate()))
                .buffer(OpenClArray.bufferOf(step.context().array()))
                .integer(KernelCodes.of(step.context().array()))
                .struct(params(step, range, ExplicitAttention.MASKED_STAGE))
                .done();
        launch(kernel, range);
    }

    private KernelChoice tiles(KernelId id) {
        return lane.kernel(id)
                .with("ROWS", CpuPlan.flashRows(lane.profile()))
                .with("KEYS", CpuPlan.FLASH_KEYS)
                .with("MAX_SIZE", CpuPlan.MAX_HEAD_SIZE);
    }

    private void masks(Kernel.Arguments arguments, AttentionStep step) {
        MaskView mask = step.extras().mask();
        MaskView bias = step.extras().bias();
        arguments
                .buffer(lane.optional(step.extras().sequences()))
                .buffer(lane.optional(mask == null ? null : mask.array()))
                .buffer(lane.optional(bias == null ? null : bias.array()))
                .integer(bias == null ? 0 : KernelCodes.of(bias.array()));
    }

    private ByteBuffer params(AttentionStep step, HeadRange range, int stage) {
        return AttentionParams.of(step, Objects.requireNonNull(values), range, stage);
    }

    private void launch(Kernel kernel, HeadRange range) {
        int rows = CpuPlan.flashRows(lane.profile());
        lane.launch(kernel, kernel.singles((range.rows() + rows - 1) / rows, range.heads()));
    }
}
