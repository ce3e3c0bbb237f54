package org.clattention.cli;

import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;
import org.clattention.config.EngineOptions;
import org.clattention.config.KernelSet;
import org.clattention.internal.backend.DeviceSelection;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The options of every command. */
final class CommonOptions {
    private static final String STANDARD_OUTPUT = "-";

    /** Read by clattention-cli-logback.xml when the first logger is made. */
    private static final String LOG_LEVEL = "clattention.logLevel";

    @Spec(Spec.Target.MIXEE)
    private @Nullable CommandSpec spec;

    @Option(
            names = {"-d", "--device"},
            paramLabel = "DEVICE",
            description = {
                "auto, opencl, opencl:N, java, or a part of a device's name; 'verify' and 'generate' also take"
                        + " reference.",
                "Default: the environment variable CLATTENTION_DEVICE, else auto."
            })
    private @Nullable String device;

    @Option(
            names = "--json",
            paramLabel = "FILE",
            description = "Also write the result as JSON; - writes it to standard output and nothing else there.")
    private @Nullable String json;

    @Option(
            names = "--kernels",
            paramLabel = "SET",
            description =
                    "auto (default): cpu on CPU devices with vectors, portable elsewhere. portable, cpu, gpu: that"
                            + " set.")
    private KernelSet kernels = KernelSet.AUTO;

    private boolean verbose;

    @Option(
            names = {"-v", "--verbose"},
            description = "Log what is done, such as the choice of the device, to standard error.")
    void setVerbose(boolean on) {
        verbose = on;
        if (on && System.getProperty(LOG_LEVEL) == null) {
            System.setProperty(LOG_LEVEL, "INFO");
        }
    }

    /** Whether to say more. */
    boolean verbose() {
        return verbose;
    }

    /** The selector of the device. */
    String device() {
        return device != null ? device : EngineOptions.DEFAULT.device();
    }

    /** True if the command line names the device. */
    boolean deviceIsExplicit() {
        return device != null;
    }

    /**
     * How to open the device.
     *
     * @throws BadInputException if a set of kernels is asked for, and the device has none
     */
    EngineOptions engineOptions() {
        if (kernels != KernelSet.AUTO) {
            requireKernels();
        }
        return EngineOptions.DEFAULT.withDevice(device()).withKernels(kernels);
    }

    private void requireKernels() {
        String what = "--kernels " + kernels.name().toLowerCase(Locale.ROOT) + ": ";
        if (device().strip().equalsIgnoreCase(CaseSession.REFERENCE)) {
            throw new BadInputException(what + "the reference has no kernels; leave it out");
        }
        // A selector that means no device is refused when it is opened.
        DeviceTable.of(device()).chosen().map(DeviceSelection::device).ifPresent(chosen -> {
            if (DeviceSelection.isJava(chosen)) {
                throw new BadInputException(what + "the engine in Java, which --device " + device()
                        + " means here, has no sets of kernels; leave it out or name an OpenCL device");
            }
        });
    }

    /** Those of these options that change results, as one would type them. */
    String repeated() {
        String set =
                kernels == KernelSet.AUTO ? "" : " --kernels " + kernels.name().toLowerCase(Locale.ROOT);
        return "--device '" + device() + "'" + set;
    }

    /**
     * Where results go.
     *
     * @throws BadInputException if the JSON file cannot be written
     */
    Output output() {
        PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
        if (json == null) {
            return new Output(out, true, null);
        }
        return json.equals(STANDARD_OUTPUT)
                ? new Output(out, false, null)
                : new Output(out, true, writable("--json", json));
    }

    /** True if a progress bar may be drawn. */
    boolean mayDraw() {
        return !STANDARD_OUTPUT.equals(json) && Terminal.isPresent();
    }

    /**
     * A file known to be writable before any work is done.
     *
     * @throws BadInputException if it is not, naming the option
     */
    static Path writable(String option, String name) {
        try {
            Path file = Path.of(name);
            Path folder = file.toAbsolutePath().getParent();
            boolean writable = Files.exists(file)
                    ? Files.isRegularFile(file) && Files.isWritable(file)
                    : folder != null && Files.isDirectory(folder) && Files.isWritable(folder);
            if (name.isEmpty() || !writable) {
                throw new BadInputException(option + " " + name + ": cannot be written");
            }
            return file;
        } catch (InvalidPathException e) {
            throw new BadInputException(option + ": " + Arguments.problem(name, e), e);
        }
    }
}
