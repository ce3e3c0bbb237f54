package org.clattention.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import org.clattention.config.StepPlan;
import org.jspecify.annotations.Nullable;

/**
 * The outcome of a case.
 *
 * @param name the case's name
 * @param op its operation
 * @param status its outcome
 * @param maxAbsError the largest |got − want| over its outputs; NaN if nothing was compared
 * @param maxRelError the largest |got − want| / |want|; NaN if nothing was compared
 * @param reason why it did not pass; empty if it did
 * @param plan what it ran and why; null unless requested
 */
record CaseOutcome(
        String name,
        String op,
        Status status,
        double maxAbsError,
        double maxRelError,
        String reason,
        @Nullable List<StepPlan> plan) {
    /** Possible outcomes of a case. */
    enum Status {
        PASSED,
        FAILED,
        SKIPPED,
        /** The device failed. */
        ERROR
    }

    static CaseOutcome withoutResult(String name, String op, Status status, String reason) {
        return new CaseOutcome(name, op, status, Double.NaN, Double.NaN, reason, null);
    }

    void write(JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("name", name);
        json.writeStringField("op", op);
        json.writeStringField("status", status.name().toLowerCase(Locale.ROOT));
        Output.number(json, "maxAbsError", maxAbsError);
        Output.number(json, "maxRelError", maxRelError);
        json.writeStringField("reason", reason);
        if (plan != null) {
            PlanJson.write(json, plan);
        }
        json.writeEndObject();
    }
}
