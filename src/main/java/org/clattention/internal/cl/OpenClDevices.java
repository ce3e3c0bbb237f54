package org.clattention.internal.cl;

import static org.jocl.CL.CL_DEVICE_AVAILABLE;
import static org.jocl.CL.CL_DEVICE_COMPILER_AVAILABLE;
import static org.jocl.CL.CL_DEVICE_ENDIAN_LITTLE;
import static org.jocl.CL.CL_DEVICE_EXTENSIONS;
import static org.jocl.CL.CL_DEVICE_GLOBAL_MEM_SIZE;
import static org.jocl.CL.CL_DEVICE_LOCAL_MEM_SIZE;
import static org.jocl.CL.CL_DEVICE_MAX_CLOCK_FREQUENCY;
import static org.jocl.CL.CL_DEVICE_MAX_COMPUTE_UNITS;
import static org.jocl.CL.CL_DEVICE_MAX_MEM_ALLOC_SIZE;
import static org.jocl.CL.CL_DEVICE_MAX_WORK_GROUP_SIZE;
import static org.jocl.CL.CL_DEVICE_NAME;
import static org.jocl.CL.CL_DEVICE_NATIVE_VECTOR_WIDTH_FLOAT;
import static org.jocl.CL.CL_DEVICE_NOT_FOUND;
import static org.jocl.CL.CL_DEVICE_TYPE;
import static org.jocl.CL.CL_DEVICE_TYPE_ACCELERATOR;
import static org.jocl.CL.CL_DEVICE_TYPE_CPU;
import static org.jocl.CL.CL_DEVICE_TYPE_GPU;
import static org.jocl.CL.CL_DEVICE_VENDOR;
import static org.jocl.CL.CL_DEVICE_VERSION;
import static org.jocl.CL.CL_DRIVER_VERSION;
import static org.jocl.CL.CL_PLATFORM_NAME;
import static org.jocl.CL.CL_PLATFORM_VERSION;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.clattention.config.DeviceInfo;
import org.jocl.CL;
import org.jocl.Pointer;
import org.jocl.cl_device_id;
import org.jocl.cl_platform_id;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds the devices of this machine. Never fails: what cannot be asked is left out and logged. */
public final class OpenClDevices {
    private static final Logger log = LoggerFactory.getLogger(OpenClDevices.class);

    /** All device types. JOCL's constant is an int that would sign-extend to −1, which Rusticl refuses. */
    private static final long ALL_TYPES = 0xFFFFFFFFL;

    /** The loader's answer when it knows no platform (cl_khr_icd). */
    private static final int PLATFORM_NOT_FOUND_KHR = -1001;

    /** Why the platforms of the last look show no device, where that is known; empty if they show one. */
    private static volatile String platformProblem = "";

    private static volatile boolean abortsWithDrivers;

    private OpenClDevices() {}

    /** From now on a driver that calls {@code exit} ends the process by SIGABRT: for programs whose exit codes have a meaning. */
    public static void abortWithDrivers() {
        abortsWithDrivers = true;
    }

    /** Why there can be no OpenCL device at all; empty if the loader is there and nothing keeps drivers from showing one. */
    public static String loaderProblem() {
        String problem = OpenClLibrary.problem();
        return problem.isEmpty() ? platformProblem : problem;
    }

    /** All devices of all platforms, in the loader's order, usable or not. */
    public static List<OpenClDevice> discover() {
        List<OpenClDevice> found = new ArrayList<>();
        if (!OpenClLibrary.problem().isEmpty()) {
            return found;
        }
        if (abortsWithDrivers) {
            abortOnDriverExit();
        }
        List<String> problems = new ArrayList<>();
        SignalHandlers.keep(() -> {
            for (cl_platform_id platform : platforms()) {
                try {
                    addDevices(platform, found, problems);
                } catch (OpenClException e) {
                    log.warn("an OpenCL platform was left out: {}", e.getMessage());
                }
            }
        });
        platformProblem = found.isEmpty() ? String.join("; ", problems) : "";
        return found;
    }

    private static void abortOnDriverExit() {
        try {
            DriverExit.abort();
        } catch (LinkageError e) {
            log.debug("without JNA a driver's exit cannot be told from ours", e);
        }
    }

    private static List<cl_platform_id> platforms() {
        int[] count = new int[1];
        int status = CL.clGetPlatformIDs(0, null, count);
        if (status == PLATFORM_NOT_FOUND_KHR || count[0] == 0) {
            return List.of();
        }
        if (status != CL.CL_SUCCESS) {
            log.warn("clGetPlatformIDs: {} ({})", CL.stringFor_errorCode(status), status);
            return List.of();
        }
        cl_platform_id[] ids = new cl_platform_id[count[0]];
        Cl.check("clGetPlatformIDs", CL.clGetPlatformIDs(ids.length, ids, null));
        return Arrays.asList(ids);
    }

    private static void addDevices(cl_platform_id platform, List<OpenClDevice> found, List<String> problems) {
        String needs = platformString(platform, CL_PLATFORM_NAME).equals(PoclNeeds.PLATFORM)
                ? PoclNeeds.problem(System.getenv())
                : "";
        int[] count = new int[1];
        int status = CL.clGetDeviceIDs(platform, ALL_TYPES, 0, null, count);
        if (status == CL_DEVICE_NOT_FOUND || count[0] == 0) {
            log.debug("platform {} has no devices", platformString(platform, CL_PLATFORM_NAME));
            if (!needs.isEmpty()) {
                problems.add(needs);
            }
            return;
        }
        Cl.check("clGetDeviceIDs", status);
        cl_device_id[] ids = new cl_device_id[count[0]];
        Cl.check("clGetDeviceIDs", CL.clGetDeviceIDs(platform, ALL_TYPES, ids.length, ids, null));
        for (cl_device_id id : ids) {
            try {
                DeviceInfo info = describe(platform, id, "opencl:" + found.size(), needs);
                String platformVersion = platformString(platform, CL_PLATFORM_VERSION);
                int vectorFloats = Math.max(1, deviceInt(id, CL_DEVICE_NATIVE_VECTOR_WIDTH_FLOAT));
                found.add(new OpenClDevice(info, platformVersion, vectorFloats, platform, id));
            } catch (OpenClException e) {
                log.warn("an OpenCL device was left out: {}", e.getMessage());
            }
        }
    }

    @SuppressWarnings("deprecation") // unified memory: deprecated in OpenCL 2.0 without a successor for 1.2 devices
    private static DeviceInfo describe(cl_platform_id platform, cl_device_id id, String selector, String needs) {
        String extensions = " " + deviceString(id, CL_DEVICE_EXTENSIONS) + " ";
        String platformName = platformString(platform, CL_PLATFORM_NAME);
        return new DeviceInfo(
                selector,
                kind(platformName, deviceLong(id, CL_DEVICE_TYPE)),
                deviceString(id, CL_DEVICE_NAME),
                platformName,
                deviceString(id, CL_DEVICE_VENDOR),
                deviceString(id, CL_DRIVER_VERSION),
                deviceString(id, CL_DEVICE_VERSION),
                deviceInt(id, CL_DEVICE_MAX_COMPUTE_UNITS),
                deviceInt(id, CL_DEVICE_MAX_CLOCK_FREQUENCY),
                deviceLong(id, CL_DEVICE_GLOBAL_MEM_SIZE),
                deviceLong(id, CL_DEVICE_MAX_MEM_ALLOC_SIZE),
                deviceLong(id, CL_DEVICE_LOCAL_MEM_SIZE),
                Math.toIntExact(Math.min(Integer.MAX_VALUE, deviceLong(id, CL_DEVICE_MAX_WORK_GROUP_SIZE))),
                deviceInt(id, CL.CL_DEVICE_HOST_UNIFIED_MEMORY) != 0,
                extensions.contains(" cl_khr_fp16 "),
                extensions.contains(" cl_khr_fp64 "),
                unusableReason(id, needs));
    }

    private static DeviceInfo.Kind kind(String platformName, long type) {
        if (platformName.toLowerCase(Locale.ROOT).contains("oclgrind")) {
            return DeviceInfo.Kind.SIMULATOR;
        }
        if ((type & CL_DEVICE_TYPE_GPU) != 0) {
            return DeviceInfo.Kind.GPU;
        }
        return (type & CL_DEVICE_TYPE_ACCELERATOR) != 0 ? DeviceInfo.Kind.ACCELERATOR : DeviceInfo.Kind.CPU;
    }

    private static String unusableReason(cl_device_id id, String needs) {
        if (!needs.isEmpty() && (deviceLong(id, CL_DEVICE_TYPE) & CL_DEVICE_TYPE_CPU) != 0) {
            return needs;
        }
        if (deviceInt(id, CL_DEVICE_AVAILABLE) == 0) {
            return "the driver says that it is not available";
        }
        if (deviceInt(id, CL_DEVICE_COMPILER_AVAILABLE) == 0) {
            return "it has no OpenCL C compiler";
        }
        return deviceInt(id, CL_DEVICE_ENDIAN_LITTLE) == 0 ? "it is big-endian" : "";
    }

    private static int deviceInt(cl_device_id id, int parameter) {
        int[] value = new int[1];
        Cl.check("clGetDeviceInfo", CL.clGetDeviceInfo(id, parameter, Integer.BYTES, Pointer.to(value), null));
        return value[0];
    }

    private static long deviceLong(cl_device_id id, int parameter) {
        long[] value = new long[1];
        Cl.check("clGetDeviceInfo", CL.clGetDeviceInfo(id, parameter, Long.BYTES, Pointer.to(value), null));
        return value[0];
    }

    private static String deviceString(cl_device_id id, int parameter) {
        long[] size = new long[1];
        Cl.check("clGetDeviceInfo", CL.clGetDeviceInfo(id, parameter, 0, null, size));
        byte[] bytes = new byte[Math.toIntExact(size[0])];
        Cl.check("clGetDeviceInfo", CL.clGetDeviceInfo(id, parameter, bytes.length, Pointer.to(bytes), null));
        return text(bytes);
    }

    private static String platformString(cl_platform_id id, int parameter) {
        long[] size = new long[1];
        Cl.check("clGetPlatformInfo", CL.clGetPlatformInfo(id, parameter, 0, null, size));
        byte[] bytes = new byte[Math.toIntExact(size[0])];
        Cl.check("clGetPlatformInfo", CL.clGetPlatformInfo(id, parameter, bytes.length, Pointer.to(bytes), null));
        return text(bytes);
    }

    private static String text(byte[] bytes) {
        int end = bytes.length;
        while (end > 0 && bytes[end - 1] == 0) {
            end--;
        }
        return new String(bytes, 0, end, StandardCharsets.UTF_8).strip();
    }
}
