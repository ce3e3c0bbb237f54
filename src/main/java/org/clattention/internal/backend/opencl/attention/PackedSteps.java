package org.clattention.internal.backend.opencl.attention;

import java.nio.ByteBuffer;
import java.util.Objects;
import org.clattention.internal.backend.AttentionOp;
import org.clattention.internal.backend.DeviceArray;
import org.clattention.internal.backend.HeadView;
import org.clattention.internal.backend.MaskView;
import org.clattention.internal.backend.opencl.OpenClStream;
import org.clattention.internal.backend.opencl.launch.KernelChoice;
import org.clattention.internal.backend.opencl.launch.KernelCodes;
import org.clattention.internal.backend.opencl.launch.KernelId;
import org.clattention.internal.backend.opencl.launch.OpenClArray;
import org.clattention.internal.backend.opencl.plan.CpuPlan;
import org.clattention.internal.backend.opencl.plan.HeadRange;
import org.clattention.internal.cl.Buffer;
import org.clattention.internal.cl.Kernel;
import org.jspecify.annotations.Nullable;

/** On CPU devices: by tiles in vector registers, over packed keys and plain values. */
final class PackedSteps implements MaterializedSteps {
    private final OpenClStream stream;
    private final AttentionOperands operands;
    private @Nullable HeadView values;
    private @Nullable DeviceArray keys;

    PackedSteps(OpenClStream stream) {
        this.stream = stream;
        this.operands = new AttentionOperands(stream);
    }

    @Override
    public void begin(AttentionOp step) {
        HeadView plain = operands.values(step);
        values = plain;
        keys = operands.packedKeys(step, AttentionParams.whole(stream, step, plain));
    }

    @Override
    public void scores(AttentionOp step, HeadRange range, int stage, Buffer out) {
        Kernel.Arguments arguments = tiles(KernelId.CPU_SCALED_SCORES)
                .with("NATURAL", 1)
                .arguments()
                .buffer(OpenClArray.bufferOf(step.query().array()))
                .integer(KernelCodes.of(step.query().array()))
                .buffer(stream.optional(keys));
        masks(arguments, step);
        Kernel kernel = arguments
                .buffer(stream.optional(step.extras().alibiSlopes()))
                .buffer(out)
                .struct(params(step, range, stage))
                .done();
        launch(kernel, range);
    }

    @Override
    public void weightedValues(AttentionOp step, HeadRange range, Buffer weights) {
        DeviceArray plain = Objects.requireNonNull(values).array();
        Kernel.Arguments arguments =
                tiles(KernelId.CPU_WEIGHTED_VALUES).arguments().buffer(weights).buffer(OpenClArray.bufferOf(plain));
        masks(arguments, step);
        Kernel kernel = arguments
                .buffer(stream.optional(step.extras().headGate()))
                .buffer(OpenClArray.bufferOf(step.context().array()))
                .integer(KernelCodes.of(step.context().array()))
                .struct(params(step, range, MaterializedAttentionKernels.MASKED_STAGE))
                .done();
        launch(kernel, range);
    }

    private KernelChoice tiles(KernelId id) {
        return stream.kernel(id)
                .with("ROWS", CpuPlan.flashRows(stream.profile()))
                .with("KEYS", CpuPlan.FLASH_KEYS)
                .with("MAX_SIZE", CpuPlan.MAX_HEAD_SIZE);
    }

    private void masks(Kernel.Arguments arguments, AttentionOp step) {
        MaskView mask = step.extras().mask();
        MaskView bias = step.extras().bias();
        arguments
                .buffer(stream.optional(step.extras().sequences()))
                .buffer(stream.optional(mask == null ? null : mask.array()))
                .buffer(stream.optional(bias == null ? null : bias.array()))
                .integer(bias == null ? 0 : KernelCodes.of(bias.array()));
    }

    private ByteBuffer params(AttentionOp step, HeadRange range, int stage) {
        return AttentionParams.of(step, Objects.requireNonNull(values), range, stage);
    }

    private void launch(Kernel kernel, HeadRange range) {
        int rows = CpuPlan.flashRows(stream.profile());
        stream.launch(kernel, kernel.singles((range.rows() + rows - 1) / rows, range.heads()));
    }
}
