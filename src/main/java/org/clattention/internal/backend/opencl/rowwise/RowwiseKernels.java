package org.clattention.internal.backend.opencl.rowwise;

import java.nio.ByteBuffer;
import org.clattention.config.Activation;
import org.clattention.config.DataType;
import org.clattention.internal.backend.DeviceArray;
import org.clattention.internal.backend.NormalizeOp;
import org.clattention.internal.backend.StoreOp;
import org.clattention.internal.backend.opencl.OpenClStream;
import org.clattention.internal.backend.opencl.launch.HeadFlags;
import org.clattention.internal.backend.opencl.launch.KernelChoice;
import org.clattention.internal.backend.opencl.launch.KernelCodes;
import org.clattention.internal.backend.opencl.launch.KernelDefinitions;
import org.clattention.internal.backend.opencl.launch.KernelId;
import org.clattention.internal.backend.opencl.launch.OpenClArray;
import org.clattention.internal.backend.opencl.launch.StorageRole;
import org.clattention.internal.backend.opencl.launch.StructLayout;
import org.clattention.internal.backend.opencl.plan.CpuPlan;
import org.clattention.internal.backend.opencl.plan.PortablePlan;
import org.clattention.internal.cl.Kernel;
import org.clattention.internal.cl.NdRange;

/** Launches the steps that go row by row or element by element. */
public final class RowwiseKernels {
    private static final KernelDefinitions NORM = KernelDefinitions.of("common/norm_flags.cl");
    private static final int NORM_RMS = NORM.constant("NORM_RMS");
    private static final int NORM_BIAS = NORM.constant("NORM_BIAS");
    private static final int NORM_STATISTICS = NORM.constant("NORM_STATISTICS");

    private static final StructLayout STORE_PARAMS =
            KernelDefinitions.of("common/store.cl").struct("store_params");

    private final OpenClStream stream;

    public RowwiseKernels(OpenClStream stream) {
        this.stream = stream;
    }

    public void store(StoreOp step) {
        DeviceArray target = step.target().array();
        boolean blocks = target.type() == DataType.Q8_0;
        StoreOp.Rotation rotation = step.rotation();
        KernelChoice choice = stream.kernel(blocks ? KernelId.STORE_BLOCKS : KernelId.STORE_HEADS)
                .role("SRC", step.source().array());
        Kernel kernel = (blocks ? choice : choice.role("DST", target))
                .arguments()
                .buffer(OpenClArray.bufferOf(step.source().array()))
                .buffer(OpenClArray.bufferOf(target))
                .buffer(stream.optional(step.sourceRows().table()))
                .buffer(stream.optional(step.targetRows().table()))
                .buffer(stream.optional(step.starts()))
                .buffer(stream.optional(step.norm()))
                .buffer(stream.optional(rotation == null ? null : rotation.cosines()))
                .buffer(stream.optional(rotation == null ? null : rotation.sines()))
                .buffer(stream.optional(rotation == null ? null : rotation.positions()))
                .struct(params(step))
                .done();
        stream.launch(kernel, NdRange.ofItems(step.rows(), step.heads(), step.batch()));
    }

    private ByteBuffer params(StoreOp step) {
        StoreOp.Rotation rotation = step.rotation();
        int flags = (step.starts() != null ? HeadFlags.HAS_STARTS : 0) | HeadFlags.of(step.norm() != null, rotation);
        return stream.struct()
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

    public void normalize(NormalizeOp step) {
        if (CpuPlan.fits(stream.profile())) {
            normalizeInVectors(step);
            return;
        }
        int items = PortablePlan.rowItems(stream.profile(), step.columns());
        String options =
                "-DGROUP_ITEMS=" + items + StorageRole.role("ACT", step.x()) + StorageRole.role("OUT", step.y());
        Kernel.Arguments arguments = stream.kernel(KernelId.NORM_ROWS, options)
                .arguments()
                .buffer(OpenClArray.bufferOf(step.x()))
                .buffer(OpenClArray.bufferOf(step.weight()))
                .buffer(stream.optional(step.bias()))
                .buffer(OpenClArray.bufferOf(step.y()));
        stream.launch(statistics(arguments, step), NdRange.ofGroups(new long[] {step.rows()}, new long[] {items}));
    }

    private void normalizeInVectors(NormalizeOp step) {
        Kernel.Arguments arguments = stream.kernel(KernelId.CPU_NORM_ROWS)
                .arguments()
                .buffer(OpenClArray.bufferOf(step.x()))
                .integer(KernelCodes.of(step.x()))
                .buffer(OpenClArray.bufferOf(step.weight()))
                .buffer(stream.optional(step.bias()))
                .buffer(OpenClArray.bufferOf(step.y()))
                .integer(KernelCodes.of(step.y()));
        Kernel kernel = statistics(arguments, step);
        stream.launch(kernel, kernel.singles(step.rows(), 1));
    }

    /** The arguments that both kernels end with. */
    private Kernel statistics(Kernel.Arguments arguments, NormalizeOp step) {
        int flags = (step.rms() ? NORM_RMS : 0)
                | (step.bias() != null ? NORM_BIAS : 0)
                | (step.mean() != null ? NORM_STATISTICS : 0);
        return arguments
                .buffer(stream.optional(step.mean()))
                .buffer(stream.optional(step.inverseDeviation()))
                .integer(step.columns())
                .real((float) step.epsilon())
                .integer(flags)
                .done();
    }

    public void activate(DeviceArray x, DeviceArray y, long elements, Activation activation, double alpha) {
        Kernel kernel = stream.kernel(KernelId.ACTIVATE, elementRoles(x, x, y))
                .arguments()
                .buffer(OpenClArray.bufferOf(x))
                .buffer(OpenClArray.bufferOf(y))
                .integer(KernelCodes.of(activation))
                .real((float) alpha)
                .done();
        stream.launch(kernel, NdRange.ofItems(elements));
    }

    public void gate(DeviceArray gate, DeviceArray up, DeviceArray out, long elements, Activation activation) {
        Kernel kernel = stream.kernel(KernelId.GATE, elementRoles(gate, up, out))
                .arguments()
                .buffer(OpenClArray.bufferOf(gate))
                .buffer(OpenClArray.bufferOf(up))
                .buffer(OpenClArray.bufferOf(out))
                .integer(KernelCodes.of(activation))
                .done();
        stream.launch(kernel, NdRange.ofItems(elements));
    }

    public void add(DeviceArray a, DeviceArray b, DeviceArray out, long elements) {
        Kernel kernel = stream.kernel(KernelId.ADD, elementRoles(a, b, out))
                .arguments()
                .buffer(OpenClArray.bufferOf(a))
                .buffer(OpenClArray.bufferOf(b))
                .buffer(OpenClArray.bufferOf(out))
                .done();
        stream.launch(kernel, NdRange.ofItems(elements));
    }

    private static String elementRoles(DeviceArray a, DeviceArray b, DeviceArray out) {
        return StorageRole.role("A", a) + StorageRole.role("B", b) + StorageRole.role("OUT", out);
    }
}
