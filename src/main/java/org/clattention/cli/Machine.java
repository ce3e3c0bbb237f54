package org.clattention.cli;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.clattention.config.DeviceInfo;
import org.clattention.internal.backend.Backends;

/** Facts about this machine that matter here, and what is wrong with it. */
final class Machine {
    private static final Path VENDORS = Path.of("/etc/OpenCL/vendors");
    private static final String NATIVE_ACCESS = "--enable-native-access";

    private Machine() {}

    /** Facts by name, in the order in which they are shown. */
    static Map<String, String> facts(Map<String, String> environment) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("clattention", Main.Version.number());
        facts.put("operating system", property("os.name") + " " + property("os.version") + " " + property("os.arch"));
        facts.put("distribution", distribution());
        facts.put(
                "JVM",
                property("java.vm.name") + " " + property("java.runtime.version") + ", " + property("java.vendor"));
        facts.put("JVM flags", String.join(" ", jvmFlags()));
        facts.put("heap limit", mebibytes(Runtime.getRuntime().maxMemory()));
        facts.put("processor", processor() + ", " + Runtime.getRuntime().availableProcessors() + " usable cores");
        facts.put("memory", memory());
        facts.put("OpenCL drivers", String.join(", ", drivers(vendors(environment))));
        relevant(environment).forEach(facts::put);
        facts.put("kernel cache", cache(environment).isEmpty() ? "off" : cache(environment) + cacheState(environment));
        facts.put("native access", nativeAccess());
        return facts;
    }

    /** Problems, each with its fix. */
    static List<String> problems(Map<String, String> environment, DeviceTable devices) {
        List<String> problems = new ArrayList<>();
        if (devices.chosen().isEmpty()) {
            problems.add(OneLine.of(devices.problem()));
        }
        for (DeviceInfo device : devices.devices()) {
            if (!device.usable()) {
                problems.add(device.selector() + " " + device.name() + " is unusable: " + device.unusableReason());
            }
        }
        Path vendors = vendors(environment);
        if (environment.containsKey("OCL_ICD_VENDORS") && !Files.exists(vendors)) {
            problems.add("OCL_ICD_VENDORS names " + vendors + ", which does not exist; unset it");
        } else if (devices.loaderProblem().isEmpty() && drivers(vendors).isEmpty() && !devices.hasOpenCl()) {
            problems.add("no OpenCL driver is registered in " + vendors
                    + "; on Debian or Ubuntu, apt install pocl-opencl-icd gives a CPU device");
        }
        boolean hasRusticl = drivers(vendors).stream().anyMatch(d -> d.contains("rusticl"));
        boolean rusticlShown = devices.devices().stream()
                .anyMatch(d -> d.platform().toLowerCase(Locale.ROOT).contains("rusticl"));
        if (hasRusticl && !rusticlShown && !environment.containsKey("RUSTICL_ENABLE")) {
            problems.add(
                    "Mesa's OpenCL driver shows no device (not needed if another device serves); set RUSTICL_ENABLE"
                            + " to its driver, for example radeonsi, iris or llvmpipe");
        }
        if (!cache(environment).isEmpty() && cacheState(environment).contains("not writable")) {
            problems.add("the kernel cache " + cache(environment)
                    + " cannot be written, so every start compiles all kernels; set CLATTENTION_CACHE to a folder of"
                    + " yours");
        }
        String untrusted = Backends.kernelCacheProblem(environment);
        if (!untrusted.isEmpty()) {
            problems.add(untrusted);
        }
        String slow = Backends.javaEngineProblem();
        if (!slow.isEmpty()) {
            problems.add(slow);
        }
        if (nativeAccess().startsWith("warns")) {
            problems.add("this JVM warns about native access; start it with " + NATIVE_ACCESS + "=ALL-UNNAMED");
        }
        return problems;
    }

    private static String property(String name) {
        return System.getProperty(name, "?");
    }

    private static List<String> jvmFlags() {
        return ManagementFactory.getRuntimeMXBean().getInputArguments();
    }

    private static String mebibytes(long bytes) {
        return (bytes >> 20) + " MiB";
    }

    private static String memory() {
        if (ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean os) {
            return mebibytes(os.getTotalMemorySize()) + ", free " + mebibytes(os.getFreeMemorySize());
        }
        return "?";
    }

    private static String distribution() {
        return value(Path.of("/etc/os-release"), "PRETTY_NAME=").replace("\"", "");
    }

    private static String processor() {
        return value(Path.of("/proc/cpuinfo"), "model name\t:").strip();
    }

    /** The rest of the first line of a file that starts with this prefix; a question mark if there is none. */
    private static String value(Path file, String start) {
        try (Stream<String> lines = Files.lines(file)) {
            return lines.filter(line -> line.startsWith(start))
                    .map(line -> line.substring(start.length()))
                    .findFirst()
                    .orElse("?");
        } catch (IOException | UncheckedIOException e) {
            return "?";
        }
    }

    private static Path vendors(Map<String, String> environment) {
        String named = environment.getOrDefault("OCL_ICD_VENDORS", "");
        return named.isEmpty() ? VENDORS : Path.of(named);
    }

    /** The registered drivers: each file with the library that it names. */
    private static List<String> drivers(Path vendors) {
        if (Files.isRegularFile(vendors)) {
            return List.of(vendors.toString());
        }
        try (Stream<Path> files = Files.list(vendors)) {
            return files.filter(file -> file.toString().endsWith(".icd"))
                    .sorted()
                    .map(file -> file + " (" + value(file, "") + ")")
                    .toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    private static Map<String, String> relevant(Map<String, String> environment) {
        return environment.entrySet().stream()
                .filter(e ->
                        e.getKey().matches("OCL_ICD_.*|OPENCL_.*|RUSTICL_.*|POCL_.*|CLATTENTION_.*|JDK_JAVA_OPTIONS"))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue, (a, b) -> a, TreeMap::new));
    }

    /** The folder of the compiled-kernel cache; empty if it is off. */
    private static String cache(Map<String, String> environment) {
        String named = environment.get("CLATTENTION_CACHE");
        if (named != null) {
            return named;
        }
        String base = environment.getOrDefault("XDG_CACHE_HOME", "");
        Path caches = base.isEmpty() ? Path.of(property("user.home"), ".cache") : Path.of(base);
        return caches.resolve("clattention").toString();
    }

    private static String cacheState(Map<String, String> environment) {
        Path folder = Path.of(cache(environment)).toAbsolutePath();
        Path existing = folder;
        while (existing != null && !Files.exists(existing)) {
            existing = existing.getParent();
        }
        boolean writable = existing != null && Files.isDirectory(existing) && Files.isWritable(existing);
        String state = Files.isDirectory(folder) ? "" : ", not there yet";
        return writable ? state + ", writable" : state + ", not writable";
    }

    private static String nativeAccess() {
        boolean allowed = jvmFlags().stream().anyMatch(flag -> flag.startsWith(NATIVE_ACCESS));
        if (allowed) {
            return "allowed by " + NATIVE_ACCESS;
        }
        return Runtime.version().feature() >= 24
                ? "warns unless started by java -jar or with " + NATIVE_ACCESS
                : "needs no flag before Java 24";
    }
}
