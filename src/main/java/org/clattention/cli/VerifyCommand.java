package org.clattention.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.clattention.cli.CaseOutcome.Status;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Runs golden cases: one line per failure, and a closing line. */
@Command(
        name = "verify",
        description = "Compare results with golden cases, whose answers come from other systems.",
        mixinStandardHelpOptions = true)
final class VerifyCommand implements Callable<Integer> {
    @Mixin
    private final CommonOptions common = new CommonOptions();

    @Parameters(
            arity = "1..*",
            paramLabel = "PATH",
            description = "Case files, or folders of *.safetensors, which are searched to any depth.")
    private List<Path> paths = List.of();

    @Option(names = "--explain", description = "Show the plan of each case: steps, kernels, tiles, and why.")
    private boolean explain;

    @Override
    public Integer call() {
        Output output = common.output();
        List<Path> files = CaseFiles.find(paths);
        try (CaseSession session = CaseSession.open(common.engineOptions())) {
            if (explain) {
                session.explain(() -> {}); // refuses before the first case what has no kernels
            }
            return verify(session, files, output, new Shown(common.verbose(), explain, common.mayDraw()));
        }
    }

    /**
     * What to show besides failures and the closing line.
     *
     * @param skipped whether to list each skipped case instead of only counting them
     * @param plans the plan of each case
     * @param progress a progress bar
     */
    record Shown(boolean skipped, boolean plans, boolean progress) {}

    /** Runs the cases of all files. */
    static int verify(CaseSession session, List<Path> files, Output output, Shown shown) {
        Verifier verifier = new Verifier(session, shown.plans());
        List<CaseOutcome> outcomes = new ArrayList<>();
        try (Progress progress = Progress.of(shown.progress(), "verify", files.size())) {
            for (Path file : files) {
                CaseOutcome outcome = verifier.run(file);
                outcomes.add(outcome);
                if (outcome.status() == Status.FAILED || outcome.status() == Status.ERROR) {
                    output.format("%-7s %s (%s): %s", outcome.status(), outcome.name(), outcome.op(), outcome.reason());
                }
                if (outcome.plan() != null) {
                    output.line("plan of " + outcome.name() + " (" + outcome.op() + ")");
                    outcome.plan().forEach(step -> step.toString().lines().forEach(output::line));
                }
                progress.step();
            }
        }
        skips(outcomes, output, shown.skipped());
        int passed = count(outcomes, Status.PASSED);
        int errors = count(outcomes, Status.ERROR);
        int failed = count(outcomes, Status.FAILED) + errors;
        int skipped = count(outcomes, Status.SKIPPED);
        verifier.coverage().lines().forEach(output::line);
        output.line(passed + " passed, " + failed + " failed, " + skipped + " skipped");
        output.json(json -> {
            json.writeStartObject();
            json.writeObjectFieldStart("device");
            session.describe(json);
            json.writeEndObject();
            json.writeNumberField("passed", passed);
            json.writeNumberField("failed", failed);
            json.writeNumberField("skipped", skipped);
            verifier.coverage().write(json);
            json.writeArrayFieldStart("cases");
            for (CaseOutcome outcome : outcomes) {
                outcome.write(json);
            }
            json.writeEndArray();
            json.writeEndObject();
        });
        if (errors > 0) {
            return ExitCode.DEVICE_FAILED;
        }
        return failed > 0 ? ExitCode.WRONG_RESULT : ExitCode.PASSED;
    }

    private static void skips(List<CaseOutcome> outcomes, Output output, boolean verbose) {
        List<CaseOutcome> skipped =
                outcomes.stream().filter(o -> o.status() == Status.SKIPPED).toList();
        if (verbose) {
            skipped.forEach(o -> output.format("%-7s %s (%s): %s", o.status(), o.name(), o.op(), o.reason()));
            return;
        }
        Map<String, Long> byReason = skipped.stream()
                .collect(Collectors.groupingBy(CaseOutcome::reason, TreeMap::new, Collectors.counting()));
        byReason.forEach((reason, n) -> output.format("%-7s %d: %s", Status.SKIPPED, n, reason));
    }

    private static int count(List<CaseOutcome> outcomes, Status status) {
        return (int) outcomes.stream().filter(o -> o.status() == status).count();
    }
}
