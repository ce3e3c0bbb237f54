package org.clattention.internal.backend;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.clattention.config.DeviceInfo;
import org.clattention.error.DeviceNotFoundException;

/**
 * The device that a selector means: a pure function of the selector and of what there is.
 *
 * @param device the device
 * @param reason why this one
 */
public record DeviceSelection(DeviceInfo device, String reason) {
    private static final String JAVA = "java";
    private static final String INSTALL =
            "; on Debian or Ubuntu, apt install ocl-icd-libopencl1 pocl-opencl-icd gives a CPU device";

    /**
     * Selects a device.
     *
     * @param selector {@code auto}, {@code opencl}, {@code opencl:N}, {@code java}, or a part of a name
     * @param devices all devices, usable or not
     * @param loaderProblem why OpenCL is not there at all; empty if it is
     * @throws DeviceNotFoundException if no usable device fits
     */
    public static DeviceSelection select(String selector, List<DeviceInfo> devices, String loaderProblem) {
        String wanted = selector.strip().toLowerCase(Locale.ROOT);
        if (wanted.equals("reference")) {
            throw new DeviceNotFoundException(
                    "device reference: the reference answers the verify command only; it is no engine");
        }
        List<DeviceInfo> openCl =
                devices.stream().filter(device -> !isJava(device)).toList();
        boolean java = openCl.size() < devices.size();
        if (wanted.equals(JAVA) && java) {
            return named(
                    selector,
                    wanted,
                    devices.stream().filter(DeviceSelection::isJava).toList());
        }
        if (java && (wanted.equals("auto") || wanted.isEmpty())) {
            return automatic(devices, openCl, loaderProblem);
        }
        boolean any = wanted.equals("opencl") || wanted.equals("auto") || wanted.isEmpty();
        if (!loaderProblem.isEmpty() && (any || wanted.startsWith("opencl:") || !java)) {
            throw new DeviceNotFoundException("device " + selector + ": " + loaderProblem);
        }
        if (any) {
            return best(selector, openCl);
        }
        if (wanted.startsWith("opencl:")) {
            return numbered(selector, wanted, openCl);
        }
        return named(selector, wanted, devices);
    }

    /** The order of preference, best first. */
    public static Comparator<DeviceInfo> preference() {
        return Comparator.comparing(DeviceInfo::kind)
                .thenComparing(DeviceSelection::slowness)
                .thenComparing(DeviceInfo::unifiedMemory)
                .thenComparing(Comparator.comparingLong(DeviceSelection::power).reversed())
                .thenComparing(Comparator.comparingLong(DeviceInfo::memoryBytes).reversed());
    }

    /** The best of all; if that is the Java engine, the reason says what is wrong with OpenCL here. */
    private static DeviceSelection automatic(List<DeviceInfo> devices, List<DeviceInfo> openCl, String loaderProblem) {
        DeviceInfo best = devices.stream()
                .filter(DeviceInfo::usable)
                .min(preference())
                .orElseThrow(() -> new DeviceNotFoundException("device auto: no usable device; " + listing(devices)));
        if (!isJava(best)) {
            return best("auto", openCl);
        }
        if (!loaderProblem.isEmpty()) {
            return new DeviceSelection(best, loaderProblem);
        }
        boolean none = openCl.stream().noneMatch(DeviceInfo::usable);
        String slow = "faster than the OpenCL devices of this machine; " + listing(openCl);
        return new DeviceSelection(best, none ? noneUsable(openCl) : slow);
    }

    private static DeviceSelection best(String selector, List<DeviceInfo> devices) {
        List<DeviceInfo> usable = devices.stream().filter(DeviceInfo::usable).toList();
        if (usable.isEmpty()) {
            throw new DeviceNotFoundException("device " + selector + ": " + noneUsable(devices));
        }
        DeviceInfo best = usable.stream().min(preference()).orElseThrow();
        String reason = usable.size() == 1
                ? "the only usable OpenCL device"
                : "the best of " + usable.size() + " usable devices: GPU before CPU, then by compute units and clock";
        return new DeviceSelection(best, reason);
    }

    /** Devices that are there say themselves what they lack. */
    private static String noneUsable(List<DeviceInfo> devices) {
        return "no usable OpenCL device; " + listing(devices) + (devices.isEmpty() ? INSTALL : "");
    }

    private static DeviceSelection numbered(String selector, String wanted, List<DeviceInfo> devices) {
        return devices.stream()
                .filter(device -> device.selector().equals(wanted))
                .findFirst()
                .map(device -> usable(device, "selected by number"))
                .orElseThrow(
                        () -> new DeviceNotFoundException("device " + selector + ": not there; " + listing(devices)));
    }

    private static DeviceSelection named(String selector, String wanted, List<DeviceInfo> devices) {
        List<DeviceInfo> fitting = devices.stream()
                .filter(device -> (device.name() + " " + device.platform())
                        .toLowerCase(Locale.ROOT)
                        .contains(wanted))
                .sorted(Comparator.comparing((DeviceInfo device) -> !device.usable())
                        .thenComparing(preference()))
                .toList();
        if (fitting.isEmpty()) {
            throw new DeviceNotFoundException(
                    "device " + selector + ": no device or platform has this in its name; " + listing(devices));
        }
        return usable(fitting.get(0), "its name or platform contains \"" + selector + "\"");
    }

    private static DeviceSelection usable(DeviceInfo device, String reason) {
        if (!device.usable()) {
            throw new DeviceNotFoundException(
                    "device " + device.selector() + " (" + device.name() + "): " + device.unusableReason());
        }
        return new DeviceSelection(device, reason);
    }

    /** For the same CPU a compute driver is fastest; Mesa's llvmpipe, which computes graphics on it, is slowest. */
    private static int slowness(DeviceInfo device) {
        if (isJava(device)) {
            return 1;
        }
        return device.name().toLowerCase(Locale.ROOT).contains("llvmpipe") ? 2 : 0;
    }

    /** Whether a selector means the engine in Java, whatever else there is. */
    public static boolean meansJava(String selector) {
        return selector.strip().toLowerCase(Locale.ROOT).equals(JAVA);
    }

    /** Whether this is the engine in Java. */
    public static boolean isJava(DeviceInfo device) {
        return device.selector().equals(JAVA);
    }

    private static long power(DeviceInfo device) {
        return (long) device.computeUnits() * Math.max(1, device.clockMegahertz());
    }

    private static String listing(List<DeviceInfo> devices) {
        if (devices.isEmpty()) {
            return "there is no OpenCL device";
        }
        return devices.stream()
                .map(d -> d.selector() + " " + d.name() + (d.usable() ? "" : " (unusable: " + d.unusableReason() + ")"))
                .collect(Collectors.joining(", ", "there is: ", ""));
    }
}
