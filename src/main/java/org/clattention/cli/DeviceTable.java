package org.clattention.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.clattention.config.DeviceInfo;
import org.clattention.error.DeviceNotFoundException;
import org.clattention.internal.backend.Backends;
import org.clattention.internal.backend.DeviceSelection;

/**
 * The devices of this machine, and which of them a selector means.
 *
 * @param devices all, usable or not
 * @param loaderProblem why OpenCL is not available at all; empty if it is
 * @param selector the requested selector
 * @param chosen the device that it selects
 * @param problem why it selects none; empty if it selects one
 */
record DeviceTable(
        List<DeviceInfo> devices,
        String loaderProblem,
        String selector,
        Optional<DeviceSelection> chosen,
        String problem) {

    /** Asks the machine. */
    static DeviceTable of(String selector) {
        return of(selector, Backends.devices(), Backends.loaderProblem());
    }

    /** The same for given devices. */
    static DeviceTable of(String selector, List<DeviceInfo> devices, String loaderProblem) {
        try {
            DeviceSelection selection = DeviceSelection.select(selector, devices, loaderProblem);
            return new DeviceTable(devices, loaderProblem, selector, Optional.of(selection), "");
        } catch (DeviceNotFoundException e) {
            return new DeviceTable(devices, loaderProblem, selector, Optional.empty(), String.valueOf(e.getMessage()));
        }
    }

    boolean isChosen(DeviceInfo device) {
        return chosen.isPresent() && chosen.get().device().equals(device);
    }

    /** Why a device would or would not be chosen. */
    String reason(DeviceInfo device) {
        String slow = DeviceSelection.isJava(device) ? Backends.javaEngineProblem() : "";
        return choice(device) + (slow.isEmpty() ? "" : "; " + slow);
    }

    private String choice(DeviceInfo device) {
        if (isChosen(device)) {
            return "chosen by " + selector + ": " + chosen.orElseThrow().reason();
        }
        if (!device.usable()) {
            return "unusable: " + device.unusableReason();
        }
        if (chosen.isEmpty()) {
            return "not what " + selector + " asks for";
        }
        return "not chosen: " + comparedWith(chosen.get().device(), device);
    }

    /** Whether there is an OpenCL device, usable or not. */
    boolean hasOpenCl() {
        return !devices.stream().allMatch(DeviceSelection::isJava);
    }

    private static String comparedWith(DeviceInfo best, DeviceInfo device) {
        if (DeviceSelection.preference().compare(device, best) < 0) {
            return "the selector asks for " + best.selector();
        }
        String name = best.selector();
        if (device.kind() != best.kind()) {
            return name + " is a " + best.kind() + ", this is a " + device.kind();
        }
        return name + " comes before it (dedicated memory, compute units, clock)";
    }

    /** The devices as lines of text. */
    List<String> lines() {
        List<String[]> rows = new ArrayList<>();
        rows.add(new String[] {
            "", "selector", "kind", "name", "platform", "driver", "OpenCL", "units", "memory", "local", "f16", "f64"
        });
        for (DeviceInfo device : devices) {
            rows.add(new String[] {
                isChosen(device) ? "*" : "",
                device.selector(),
                device.kind().name().toLowerCase(Locale.ROOT),
                device.name(),
                device.platform(),
                device.driverVersion(),
                device.openClVersion(),
                Integer.toString(device.computeUnits()),
                bytes(device.memoryBytes()),
                bytes(device.localMemoryBytes()),
                device.f16() ? "yes" : "no",
                device.f64() ? "yes" : "no"
            });
        }
        List<String> lines = new ArrayList<>(TextTable.lines(rows));
        for (int i = devices.size() - 1; i >= 0; i--) {
            lines.add(i + 2, "    " + reason(devices.get(i)));
        }
        if (!hasOpenCl()) {
            lines.add(
                    loaderProblem.isEmpty()
                            ? "no OpenCL device was found; on Debian or Ubuntu, apt install ocl-icd-libopencl1"
                                    + " pocl-opencl-icd gives a CPU device; for a GPU, install its vendor's driver"
                            : loaderProblem);
        }
        return lines;
    }

    private static String bytes(long bytes) {
        return bytes >= 1L << 30
                ? String.format(Locale.ROOT, "%.1f GiB", bytes / (double) (1L << 30))
                : String.format(Locale.ROOT, "%d KiB", bytes >> 10);
    }
}
