package org.clattention.backend;

import java.util.ArrayList;
import java.util.List;
import org.clattention.DeviceInfo;
import org.clattention.DeviceNotFoundException;
import org.clattention.EngineOptions;
import org.clattention.backend.java.JavaBackend;
import org.clattention.backend.java.JavaDevice;
import org.clattention.backend.opencl.OpenClBackend;
import org.clattention.opencl.OpenClDevice;
import org.clattention.opencl.OpenClDevices;
import org.clattention.opencl.ProgramCache;
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
