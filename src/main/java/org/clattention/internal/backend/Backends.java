package org.clattention.internal.backend;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.clattention.config.DeviceInfo;
import org.clattention.config.EngineOptions;
import org.clattention.error.DeviceNotFoundException;
import org.clattention.internal.backend.cpu.JavaBackend;
import org.clattention.internal.backend.cpu.JavaDevice;
import org.clattention.internal.backend.opencl.OpenClBackend;
import org.clattention.internal.cl.OpenClDevice;
import org.clattention.internal.cl.OpenClDevices;
import org.clattention.internal.cl.ProgramCache;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds the device that a selector means, with the reason, and opens it. */
public final class Backends {
    private static final Logger log = LoggerFactory.getLogger(Backends.class);

    private Backends() {}

    /** All devices, usable or not; the last is the JVM itself. */
    public static List<DeviceInfo> devices() {
        return infos(OpenClDevices.discover());
    }

    /** Why OpenCL is not there at all; empty if it is. */
    public static String loaderProblem() {
        return OpenClDevices.loaderProblem();
    }

    /** Why the Java engine is slower here than it could be, with the cure; empty if it is not. */
    public static String javaEngineProblem() {
        return JavaDevice.problem();
    }

    /** Why the compiled-kernel cache is not used, with the cure; empty if it is used, or off. */
    public static String kernelCacheProblem(Map<String, String> environment) {
        return ProgramCache.of(environment).problem();
    }

    /** A driver that calls {@code exit(1)}, as LLVM does, is to end the process by SIGABRT: 1 is an exit code of ours. */
    public static void abortWithDrivers() {
        OpenClDevices.abortWithDrivers();
    }

    /**
     * Opens the selected device.
     *
     * @throws DeviceNotFoundException if no usable device fits
     */
    public static Backend open(EngineOptions options) {
        if (DeviceSelection.meansJava(options.device())) {
            // Without a look at OpenCL: neither drivers nor the binding are loaded into a process that wants none of
            // them.
            log.info("using java: {} (selected)", JavaDevice.info().name());
            return new JavaBackend(options);
        }
        List<OpenClDevice> found = OpenClDevices.discover();
        DeviceSelection selection =
                DeviceSelection.select(options.device(), infos(found), OpenClDevices.loaderProblem());
        if (DeviceSelection.isJava(selection.device())
                && !options.device().strip().equalsIgnoreCase(JavaDevice.SELECTOR)
                && found.stream().noneMatch(device -> device.info().usable())) {
            log.warn("the Java engine stands in for OpenCL: {}", selection.reason());
        }
        log.info(
                "using {}: {} ({})",
                selection.device().selector(),
                selection.device().name(),
                selection.reason());
        if (DeviceSelection.isJava(selection.device())) {
            return new JavaBackend(options);
        }
        OpenClDevice device = found.stream()
                .filter(d -> d.info().equals(selection.device()))
                .findFirst()
                .orElseThrow();
        return new OpenClBackend(device, ProgramCache.ofEnvironment(), options);
    }

    private static List<DeviceInfo> infos(List<OpenClDevice> devices) {
        List<DeviceInfo> infos = new ArrayList<>();
        devices.forEach(device -> infos.add(device.info()));
        infos.add(JavaDevice.info());
        return infos;
    }
}
