package org.clattention.internal.backend.opencl;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import org.clattention.config.DataType;
import org.clattention.config.HostTensor;
import org.clattention.config.KernelSet;
import org.clattention.internal.backend.Backend;
import org.clattention.internal.backend.CommandStream;
import org.clattention.internal.backend.DeviceArray;
import org.clattention.internal.backend.PackedWeights;
import org.clattention.internal.backend.opencl.plan.DeviceProfile;
import org.clattention.internal.cl.Buffer;
import org.clattention.internal.cl.Kernel;
import org.clattention.internal.cl.NdRange;
import org.clattention.internal.cl.OpenClDevice;
import org.clattention.internal.cl.OpenClDevices;
import org.clattention.internal.cl.Program;
import org.clattention.internal.cl.ProgramCache;
import org.clattention.internal.cl.ProgramSource;
import org.clattention.testing.TestDevice;

/** Backends with a chosen cache of compiled kernels. */
public final class TestBackends {
    private TestBackends() {}

    /** A backend that builds every kernel from its source. */
    public static Backend uncached(TestDevice device) {
        return with(device, ProgramCache.none());
    }

    /** A backend with this cache. */
    public static Backend with(TestDevice device, ProgramCache cache) {
        String selector = device.require().selector();
        OpenClDevice found = OpenClDevices.discover().stream()
                .filter(d -> d.info().selector().equals(selector))
                .findFirst()
                .orElseThrow();
        return new OpenClBackend(found, cache, device.options());
    }

    /** A backend with these kernels that plans as if the device had so many compute units. */
    static Backend planning(TestDevice device, int computeUnits, KernelSet kernels) {
        String selector = device.require().selector();
        OpenClDevice found = OpenClDevices.discover().stream()
                .filter(d -> d.info().selector().equals(selector))
                .findFirst()
                .orElseThrow();
        DeviceProfile profile = DeviceProfile.of(found.info(), found.vectorFloats(), kernels);
        DeviceProfile planned = new DeviceProfile(
                profile.kind(),
                computeUnits,
                profile.maxWorkGroupSize(),
                profile.localMemoryBytes(),
                profile.maxAllocationBytes(),
                profile.vectorFloats(),
                kernels);
        return new OpenClBackend(found, ProgramCache.ofEnvironment(), planned, false, Duration.ZERO);
    }

    /** How many calls could begin now on an OpenCL backend without waiting. */
    public static int freeStreams(Backend backend) {
        return ((OpenClBackend) backend).freeStreams();
    }

    /** Gives a kernel that never ends to the device, in front of what the next call gives it. Nothing is closed. */
    public static void hang(Backend backend) {
        OpenClBackend openCl = (OpenClBackend) backend;
        ProgramSource source = new ProgramSource(
                "forever", "__kernel void forever(__global volatile int *stop) { while (stop[0] == 0) { } }");
        Kernel kernel =
                Program.build(openCl.context(), ProgramCache.none(), source, "").kernel("forever");
        Buffer stop = openCl.context().allocate(Integer.BYTES, "stop");
        openCl.withQueue(queue -> {
            queue.write(stop, 0, ByteBuffer.allocateDirect(Integer.BYTES));
            kernel.arguments().buffer(stop).done();
            queue.launch(kernel, NdRange.ofItems(1));
        });
    }

    /** 2 · 3 by the projection kernel. */
    public static float project(Backend backend) {
        try (PackedWeights weights = backend.pack(
                        "test", List.of(HostTensor.of(new float[] {2}, 1, 1)), Collections.singletonList(null));
                DeviceArray x = backend.allocate(DataType.F32, 1, "x");
                DeviceArray y = backend.allocate(DataType.F32, 1, "y")) {
            ByteBuffer bytes = ByteBuffer.allocateDirect(4).order(ByteOrder.LITTLE_ENDIAN);
            backend.write(x, bytes.putFloat(0, 3));
            try (CommandStream stream = backend.stream()) {
                stream.project(x, 1, weights, y);
                stream.finish();
            }
            backend.read(y, bytes.clear());
            return bytes.getFloat(0);
        }
    }
}
