package org.clattention.backend.opencl;

import java.nio.ByteBuffer;
import org.clattention.Activation;
import org.clattention.DataType;
import org.clattention.backend.DeviceArray;
import org.clattention.backend.NormStep;
import org.clattention.backend.StoreStep;
import org.clattention.opencl.Kernel;
import org.clattention.opencl.NdRange;

/** Launches the steps that go row by row or element by element. */
final class Rows {
    private static final KernelDefinitions NORM = KernelDefinitions.of("common/norm_flags.cl");
    private static final int NORM_RMS = NORM.constant("NORM_RMS");
    private static final int NORM_BIAS = NORM.constant("NORM_BIAS");
    private static final int NORM_STATISTICS = NORM.constant("NORM_STATISTICS");

    private static final StructLayout STORE_PARAMS =
            KernelDefinitions.of("common/store.cl").struct("store_params");

    private final OpenClLane lane;

    Rows(OpenClLane lane) {
        this.lane = lane;
    }

    void store(StoreStep step) {
        DeviceArray target = step.target().array();
        boolean blocks = target.type() == DataType.Q8_0;
        StoreStep.Rotation rotation = step.rotation();
        KernelChoice choice = lane.kernel(blocks ? KernelId.STORE_BLOCKS : KernelId.STORE_HEADS)
                .role("SRC", step.source().array());
        Kernel kernel = (blocks ? choice : choice.role("DST", target))
                .arguments()
                .buffer(OpenClArray.bufferOf(step.source().array()))
                .buffer(OpenClArray.bufferOf(target))
                .buffer(lane.optional(step.sourceRows().table()))
                .buffer(lane.optional(step.targetRows().table()))
                .buffer(lane.optional(step.starts()))
                .buffer(lane.optional(step.norm()))
                .buffer(lane.optional(rotation == null ? null : rotation.cosines()))
                .buffer(lane.optional(rotation == null ? null : rotation.sines()))
                .buffer(lane.optional(rotation == null ? null : rotation.positions()))
                .struct(params(step))
                .done();
        lane.launch(kernel, NdRange.ofItems(step.rows(), step.heads(), step.batch()));
    }

    private ByteBuffer params(StoreStep step) {
        StoreStep.Rotation rotation = step.rotation();
        int flags = (step.starts() != null ? HeadFlags.HAS_STARTS : 0) | HeadFlags.of(step.norm() != null, rotation);
        return lane.struct()
                .begin(STORE_PARAMS)
                .integer("rows", step.rows())
                .integer("size", step.size())
                .integer("flags", flags)
                .integer("first_source", step.firstSource())
                .integer("first_target", step.firstTarget())
                .integer("first_angle", rotation == null ? 0 : rotation.firstAngle())
                .integer("angle_batch", rotation == null ? 0 : rotation.angleBatch())
                .integer("dim", rotation == null ? 0 : rotation.dim())
                .real("eps", step.normEpsilon())
                .rows("source_rows", step.sourceRows())
                .rows("target_rows", step.targetRows())
                .view("source", step.source())
                .view("target", step.target())
                .done();
    }

    void normalize(NormStep step) {
        if (CpuPlan.fits(lane.profile())) {
            normalizeInVectors(step);
            return;
        }
        int items = PortablePlan.rowItems(lane.profile(), step.columns());
        String options = "-DGROUP_ITEMS=" + items + Roles.role("ACT", step.x()) + Roles.role("OUT", step.y());
        Kernel.Arguments arguments = lane.kernel(KernelId.NORM_ROWS, options)
                .arguments()
                .buffer(OpenClArray.bufferOf(step.x()))
                .buffer(OpenClArray.bufferOf(step.weight()))
                .buffer(lane.optional(step.bias()))
                .buffer(OpenClArray.bufferOf(step.y()));
        lane.launch(statistics(arguments, step), NdRange.ofGroups(new long[] {step.rows()}, new long[] {items}));
    }

    private void normalizeInVectors(NormStep step) {
        Kernel.Arguments arguments = lane.kernel(KernelId.CPU_NORM_ROWS)
                .arguments()
                .buffer(OpenClArray.bufferOf(step.x()))
                .integer(KernelCodes.of(step.x()))
                .buffer(OpenClArray.bufferOf(step.weight()))
                .buffer(lane.optional(step.bias()))
                .buffer(OpenClArray.bufferOf(step.y()))
                .integer(KernelCodes.of(step.y()));
        Kernel kernel = statistics(arguments, step);
        lane.launch(kernel, kernel.singles(step.rows(), 1));
    }

    /** The arguments that both kernels end with. */
    private Kernel statistics(Kernel.Arguments arguments, NormStep step) {
        int flags = (step.rms() ? NORM_RMS : 0)
                | (step.bias() != null ? NORM_BIAS : 0)
                | (step.mean() != null ? NORM_STATISTICS : 0);
        return arguments
                .buffer(lane.optional(step.mean()))
                .buffer(lane.optional(step.inverseDeviation()))
                .integer(step.columns())
                .real((float) step.epsilon())
                .integer(flags)
                .done();
    }

    void activate(DeviceArray x, DeviceArray y, long elements, Activation activation, double alpha) {
        Kernel kernel = lane.kernel(KernelId.ACTIVATE, elementRoles(x, x, y))
                .arguments()
                .buffer(OpenClArray.bufferOf(x))
                .buffer(OpenClArray.bufferOf(y))
                .integer(KernelCodes.of(activation))
                .real((float) alpha)
                .done();
        lane.launch(kernel, NdRange.ofItems(elements));
    }

    void gate(DeviceArray gate, DeviceArray up, DeviceArray out, long elements, Activation activation) {
        Kernel kernel = lane.kernel(KernelId.GATE, elementRoles(gate, up, out))
                .arguments()
                .buffer(OpenClArray.bufferOf(gate))
                .buffer(OpenClArray.bufferOf(up))
                .buffer(OpenClArray.bufferOf(out))
                .integer(KernelCodes.of(activation))
                .done();
        lane.launch(kernel, NdRange.ofItems(elements));
    }

    void add(DeviceArray a, DeviceArray b, DeviceArray out, long elements) {
        Kernel kernel = lane.kernel(KernelId.ADD, elementRoles(a, b, out))
                .arguments()
                .buffer(OpenClArray.bufferOf(a))
                .buffer(OpenClArray.bufferOf(b))
                .buffer(OpenClArray.bufferOf(out))
                .done();
        lane.launch(kernel, NdRange.ofItems(elements));
    }

    private static String elementRoles(DeviceArray a, DeviceArray b, DeviceArray out) {
        return Roles.role("A", a) + Roles.role("B", b) + Roles.role("OUT", out);
    }
}
