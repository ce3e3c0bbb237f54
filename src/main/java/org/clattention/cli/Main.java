package org.clattention.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import org.clattention.error.DeviceException;
import org.clattention.error.DeviceNotFoundException;
import org.clattention.internal.backend.Backends;
import org.clattention.io.InvalidFileException;
import org.clattention.model.text.TokenizerLibraryException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.ParameterException;

/** The command line {@code clattention}. */
@Command(
        name = "clattention",
        description = "Multi-head attention on OpenCL devices or in Java.",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            DevicesCommand.class,
            SmokeCommand.class,
            VerifyCommand.class,
            BenchCommand.class,
            GenerateCommand.class,
            HeadsCommand.class,
            DoctorCommand.class,
            HelpCommand.class
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:passed",
            "1:a result is wrong",
            "2:bad usage or bad input",
            "3:no such device",
            "4:the device failed",
            "70:a bug of clattention, or output that could not be written",
            "134:a driver ended the process",
            "141:the reader of a pipe went away"
        })
public final class Main {
    /** Logback's property for the place of its configuration. */
    private static final String LOG_CONFIGURATION = "logback.configurationFile";

    private Main() {}

    /** Runs a command and ends the JVM with its exit code. */
    public static void main(String[] args) {
        // Must run before the first logger exists. Programs that embed the library never get here.
        if (System.getProperty(LOG_CONFIGURATION) == null) {
            System.setProperty(LOG_CONFIGURATION, "clattention-cli-logback.xml");
        }
        Backends.abortWithDrivers();
        PrintWriter out = StandardOutput.open(Arguments.output());
        PrintWriter err = new PrintWriter(System.err, true, Arguments.output());
        System.exit(run(out, err, Arguments.decoded(args)));
    }

    /**
     * Runs a command.
     *
     * @param out results
     * @param err messages
     * @return the exit code
     */
    static int run(PrintWriter out, PrintWriter err, String... args) {
        CommandLine commandLine = new CommandLine(new Main())
                .setOut(out)
                .setErr(err)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .registerConverter(Path.class, Arguments::path)
                .setParameterExceptionHandler(Main::badUsage)
                .setExecutionExceptionHandler((e, command, parsed) -> failure(err, e));
        try {
            int code = commandLine.execute(args);
            if (code == ExitCode.PASSED) {
                // Help and streamed text are written past the check of each line.
                Output.requireWritten(out);
            }
            return code;
        } catch (OutputLostException e) {
            return lost(err, e);
        } catch (OutOfMemoryError e) {
            return say(
                    err,
                    ExitCode.BAD_INPUT,
                    "not enough Java heap (" + e.getMessage()
                            + "); give more, for example with JDK_JAVA_OPTIONS=-Xmx8g");
        } catch (Error | RuntimeException e) {
            return bug(err, e);
        } finally {
            out.flush();
            err.flush();
        }
    }

    private static int badUsage(ParameterException e, String[] args) {
        PrintWriter err = e.getCommandLine().getErr();
        String command = e.getCommandLine().getCommandSpec().qualifiedName();
        return say(err, ExitCode.BAD_INPUT, OneLine.of(e) + " (" + command + " --help explains)");
    }

    private static int failure(PrintWriter err, Exception e) {
        if (e instanceof BadInputException
                || e instanceof InvalidFileException
                || e instanceof TokenizerLibraryException) {
            return say(err, ExitCode.BAD_INPUT, OneLine.of(e));
        }
        if (e instanceof OutputLostException lost) {
            return lost(err, lost);
        }
        if (e instanceof DeviceNotFoundException) {
            return say(err, ExitCode.NO_DEVICE, OneLine.of(e));
        }
        if (e instanceof DeviceException) {
            return say(
                    err,
                    ExitCode.DEVICE_FAILED,
                    "the device failed: " + e.getClass().getSimpleName() + ": " + e.getMessage());
        }
        return bug(err, e);
    }

    private static int lost(PrintWriter err, OutputLostException e) {
        return e.isClosedPipe() ? ExitCode.CLOSED_PIPE : say(err, ExitCode.BUG, OneLine.of(e));
    }

    private static int bug(PrintWriter err, Throwable e) {
        err.println("clattention: this is a bug; please report it with the output of 'clattention doctor' and:");
        e.printStackTrace(err);
        return ExitCode.BUG;
    }

    private static int say(PrintWriter err, int code, String message) {
        err.println("clattention: " + message);
        return code;
    }

    /** The version from the jar's manifest. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"clattention " + number()};
        }

        /** The version's number. */
        static String number() {
            String version = Main.class.getPackage().getImplementationVersion();
            return version == null ? "(not started from a jar)" : version;
        }
    }
}
