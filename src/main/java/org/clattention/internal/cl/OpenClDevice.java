package org.clattention.internal.cl;

import org.clattention.config.DeviceInfo;
import org.jocl.cl_device_id;
import org.jocl.cl_platform_id;

/** A discovered device: what it says of itself, and the handles behind it. */
public final class OpenClDevice {
    private final DeviceInfo info;
    private final String platformVersion;
    private final int vectorFloats;
    private final cl_platform_id platform;
    private final cl_device_id id;

    OpenClDevice(DeviceInfo info, String platformVersion, int vectorFloats, cl_platform_id platform, cl_device_id id) {
        this.info = info;
        this.platformVersion = platformVersion;
        this.vectorFloats = vectorFloats;
        this.platform = platform;
        this.id = id;
    }

    /** What the device says of itself. */
    public DeviceInfo info() {
        return info;
    }

    /** The version string of the platform; compiled kernels depend on it as well as on the driver's. */
    public String platformVersion() {
        return platformVersion;
    }

    /** Floats of a native vector register; 1 if the device prefers scalars. */
    public int vectorFloats() {
        return vectorFloats;
    }

    cl_platform_id platform() {
        return platform;
    }

    cl_device_id id() {
        return id;
    }

    @Override
    public String toString() {
        return info.name() + ", driver " + info.driverVersion();
    }
}
