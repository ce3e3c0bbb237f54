package org.clattention.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.List;
import org.clattention.config.StepPlan;
import org.clattention.config.StepPlan.KernelPlan;

/** What calls ran and why, as JSON. */
final class PlanJson {
    private PlanJson() {}

    /** Writes the member {@code plan} of the current object. */
    static void write(JsonGenerator json, List<StepPlan> plan) throws IOException {
        json.writeArrayFieldStart("plan");
        for (StepPlan step : plan) {
            json.writeStartObject();
            json.writeStringField("step", step.step());
            json.writeStringField("shape", step.shape());
            json.writeStringField("reason", step.reason());
            json.writeArrayFieldStart("kernels");
            for (KernelPlan kernel : step.kernels()) {
                json.writeStartObject();
                json.writeStringField("name", kernel.name());
                json.writeStringField("constants", kernel.constants());
                json.writeStringField("launch", kernel.launch());
                json.writeNumberField("launches", kernel.launches());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        json.writeEndArray();
    }
}
