package org.clattention.cli;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.clattention.AttentionEngine;
import org.clattention.config.EngineOptions;
import org.clattention.error.DeviceException;
import org.clattention.verify.SmokeCase;
import org.clattention.verify.SmokeSuite;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Checks the device: every kernel and variant against the reference, then a line about its speed. */
@Command(
        name = "smoke",
        description = "Check that a device computes correctly, with a verdict for each kernel.",
        mixinStandardHelpOptions = true)
final class SmokeCommand implements Callable<Integer> {
    private static final Pattern RANDOM = Pattern.compile("random-(\\d{1,9})");

    @Mixin
    private final CommonOptions common = new CommonOptions();

    @Option(
            names = "--level",
            paramLabel = "LEVEL",
            description = {
                "quick (the default): every kernel and variant on small shapes with odd sizes, and a prompt and a decoding"
                        + " step of every published configuration that fits the device; under a minute on two slow cores.",
                "medium: also larger shapes and longer prompts; a few minutes.",
                "long: also lengths and widths of real models; tens of minutes on such a machine."
            })
    private SmokeSuite level = SmokeSuite.QUICK;

    @Option(
            names = "--duration",
            paramLabel = "TIME",
            converter = DurationConverter.class,
            description = "Then continue with random checks for this long, for example 30s, 5m or 1h.")
    private @Nullable Duration duration;

    @Option(names = "--seed", paramLabel = "N", description = "Seed of all data. Default: ${DEFAULT-VALUE}.")
    private long seed = 1;

    @Option(
            names = "--only",
            paramLabel = "NAME",
            description = "Run only this check, or only the checks of this part (for example softmax).")
    private @Nullable String only;

    @Override
    public Integer call() {
        Output output = common.output();
        if (only != null && duration != null) {
            throw new BadInputException("--only and --duration exclude each other");
        }
        List<SmokeCase> cases = cases();
        EngineOptions options = common.engineOptions();
        if (options.device().strip().toLowerCase(Locale.ROOT).equals(CaseSession.REFERENCE)) {
            throw new BadInputException("--device reference: smoke compares a device with the reference itself");
        }
        try (CaseSession session = CaseSession.open(options)) {
            return smoke(session, cases, output);
        }
    }

    private List<SmokeCase> cases() {
        if (only == null) {
            return level.cases(seed);
        }
        Matcher random = RANDOM.matcher(only);
        if (random.matches()) {
            return List.of(SmokeSuite.random(Integer.parseInt(random.group(1)), seed));
        }
        for (SmokeSuite suite : SmokeSuite.values()) {
            List<SmokeCase> named = suite.cases(seed).stream()
                    .filter(c -> c.name().equals(only) || c.part().equals(only))
                    .toList();
            if (!named.isEmpty() && suite.compareTo(level) >= 0) {
                return named;
            }
        }
        throw new BadInputException(
                "--only " + only + ": no check or part of level " + name(level) + " or above has this name");
    }

    /** Runs the checks; also measures the device's speed if an engine answers. */
    int smoke(CaseSession session, List<SmokeCase> cases, Output output) {
        output.format("smoke %s, seed %d, on %s", name(level), seed, session.description());
        CaseSession.Engine engine = session instanceof CaseSession.Engine e ? e : null;
        String reproduce =
                "scripts/clattention smoke " + common.repeated() + " --seed " + seed + " --level " + name(level);
        SmokeRun run = new SmokeRun(session, engine == null ? null : engine.device(), reproduce, output);
        try (Progress progress = Progress.of(common.mayDraw(), "smoke", cases.size())) {
            for (SmokeCase smokeCase : cases) {
                run.run(smokeCase);
                progress.step();
            }
        }
        randomChecks(run);
        SmokeReport.verdicts(run).forEach(output::line);
        run.coverage().lines().forEach(output::line);
        Throughput throughput = Throughput.NONE;
        if (engine != null && only == null && run.exitCode() == ExitCode.PASSED) {
            throughput = throughput(engine);
            output.line(throughput.line());
            throughput.kernelRows().forEach(output::line);
        }
        int code = run.exitCode();
        output.line((code == ExitCode.PASSED ? "PASSED" : "FAILED") + " (seed " + seed + ")");
        SmokeReport.json(output, session, run, seed, throughput);
        return code;
    }

    private void randomChecks(SmokeRun run) {
        if (duration == null) {
            return;
        }
        long end = System.nanoTime() + duration.toNanos();
        try (Progress progress = Progress.of(common.mayDraw(), "random checks, seconds", duration.toSeconds())) {
            long shown = duration.toSeconds();
            for (int number = 0; System.nanoTime() < end; number++) {
                run.run(SmokeSuite.random(number, seed));
                for (long left = (end - System.nanoTime()) / 1_000_000_000; left < shown; shown--) {
                    progress.step();
                }
            }
        }
    }

    private Throughput throughput(CaseSession.Engine engine) {
        try (AttentionEngine profiling = AttentionEngine.open(engine.options().withProfiling(true))) {
            return Throughput.measure(engine.engine(), profiling, seed);
        } catch (DeviceException e) {
            throw new DeviceException("all checks passed, but measuring the speed failed: " + e.getMessage(), e);
        }
    }

    private static String name(SmokeSuite level) {
        return level.name().toLowerCase(Locale.ROOT);
    }

    /** Durations such as 30s, 5m, 1h. */
    static final class DurationConverter implements ITypeConverter<Duration> {
        private static final Pattern FORM = Pattern.compile("(\\d{1,6})([smh])");

        @Override
        public Duration convert(String value) {
            Matcher matcher = FORM.matcher(value);
            if (!matcher.matches()) {
                throw new TypeConversionException("'" + value + "' is not a time such as 30s, 5m or 1h");
            }
            long amount = Long.parseLong(matcher.group(1));
            return switch (matcher.group(2)) {
                case "s" -> Duration.ofSeconds(amount);
                case "m" -> Duration.ofMinutes(amount);
                default -> Duration.ofHours(amount);
            };
        }
    }
}
