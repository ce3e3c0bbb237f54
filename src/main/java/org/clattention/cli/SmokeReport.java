package org.clattention.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.clattention.config.KernelTime;
import org.clattention.verify.SmokeResult;
import org.clattention.verify.SmokeResult.Status;

/** The closing report of a smoke run. */
final class SmokeReport {
    /** The part whose checks are listed one by one. */
    private static final String CONFIGURATIONS = "configurations";

    private SmokeReport() {}

    /** A verdict for each part and each configuration, as lines of text. */
    static List<String> verdicts(SmokeRun run) {
        List<String[]> rows = new ArrayList<>();
        rows.add(new String[] {"", "passed", "of", "worst error", "of tolerance", "seconds", "verdict"});
        run.byPart().forEach((part, results) -> {
            if (part.equals(CONFIGURATIONS)) {
                results.forEach(r -> rows.add(row(run, r.smokeCase().name(), List.of(r))));
            } else {
                rows.add(row(run, part, results));
            }
        });
        return TextTable.lines(rows);
    }

    private static String[] row(SmokeRun run, String name, List<SmokeResult> results) {
        long passed = count(results, Status.PASSED);
        double error = 0;
        double share = 0;
        for (SmokeResult result : results) {
            if (result.maxAbsError() > error) {
                error = result.maxAbsError();
            }
            if (result.maxAbsError() / result.tolerance() > share) {
                share = result.maxAbsError() / result.tolerance();
            }
        }
        return new String[] {
            name,
            Long.toString(passed),
            Integer.toString(results.size()),
            passed == 0 ? "-" : String.format(Locale.ROOT, "%.2g", error),
            passed == 0 ? "-" : String.format(Locale.ROOT, "%.0f%%", 100 * share),
            String.format(Locale.ROOT, "%.1f", run.seconds(results)),
            verdict(results)
        };
    }

    /** The worst status among them. */
    static String verdict(List<SmokeResult> results) {
        if (count(results, Status.ERROR) > 0) {
            return "error";
        }
        if (count(results, Status.FAILED) > 0) {
            return "failed";
        }
        return count(results, Status.PASSED) > 0 ? "passed" : "skipped";
    }

    private static long count(List<SmokeResult> results, Status status) {
        return results.stream().filter(r -> r.status() == status).count();
    }

    /** The results as JSON. */
    static void json(Output output, CaseSession session, SmokeRun run, long seed, Throughput throughput) {
        output.json(json -> {
            json.writeStartObject();
            json.writeObjectFieldStart("device");
            session.describe(json);
            json.writeEndObject();
            json.writeNumberField("seed", seed);
            json.writeBooleanField("ok", run.exitCode() == ExitCode.PASSED);
            json.writeNumberField("passed", run.count(Status.PASSED));
            json.writeNumberField("failed", run.count(Status.FAILED) + run.count(Status.ERROR));
            json.writeNumberField("skipped", run.count(Status.SKIPPED));
            json.writeStringField("throughput", throughput.line());
            json.writeArrayFieldStart("kernels");
            for (Map.Entry<String, KernelTime> kernel : throughput.bySlowness()) {
                json.writeStartObject();
                json.writeStringField("name", kernel.getKey());
                json.writeNumberField("launches", kernel.getValue().launches());
                json.writeNumberField("ms", kernel.getValue().nanoseconds() * 1e-6);
                json.writeNumberField("share", throughput.share(kernel.getValue()));
                json.writeEndObject();
            }
            json.writeEndArray();
            run.coverage().write(json);
            json.writeArrayFieldStart("cases");
            for (SmokeResult result : run.results()) {
                json.writeStartObject();
                json.writeStringField("name", result.smokeCase().name());
                json.writeStringField("part", result.smokeCase().part());
                json.writeStringField("status", result.status().name().toLowerCase(Locale.ROOT));
                Output.number(json, "maxAbsError", result.maxAbsError());
                Output.number(json, "tolerance", result.tolerance());
                json.writeNumberField("seconds", run.seconds(List.of(result)));
                json.writeStringField("reason", result.reason());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        });
    }
}
