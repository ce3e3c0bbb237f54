package org.clattention.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.clattention.config.StepPlan;
import org.clattention.config.StepPlan.KernelPlan;

/** Which kernels a run reached, with which tiles and types, and which it did not. */
final class KernelCoverage {
    private static final String PORTABLE = "portable/";

    private final List<String> kernels;
    private final boolean ownSet;

    /** Launches by kernel and the constants that it was built with. */
    private final Map<String, Map<String, Integer>> reached = new TreeMap<>();

    private final Map<String, Steps> steps = new LinkedHashMap<>();

    /** How many steps of a kind there were, and how many of them ran a portable kernel, whatever else they ran. */
    private record Steps(int all, int portable) {}

    /** @param kernels all that may run; empty where there are none */
    KernelCoverage(List<String> kernels) {
        this.kernels = kernels;
        this.ownSet = kernels.stream().anyMatch(kernel -> !kernel.startsWith(PORTABLE));
    }

    /** Counts what calls ran. */
    void add(List<StepPlan> plan) {
        for (StepPlan step : plan) {
            boolean portable = false;
            for (KernelPlan kernel : step.kernels()) {
                reached.computeIfAbsent(kernel.path(), path -> new TreeMap<>())
                        .merge(kernel.constants(), kernel.launches(), Integer::sum);
                portable |= kernel.path().startsWith(PORTABLE);
            }
            steps.merge(
                    step.step(),
                    new Steps(1, portable ? 1 : 0),
                    (a, b) -> new Steps(a.all() + b.all(), a.portable() + b.portable()));
        }
    }

    /** The kernels that no call ran. */
    List<String> notReached() {
        return kernels.stream().filter(kernel -> !reached.containsKey(kernel)).toList();
    }

    /** A line or two for people; none where there are no kernels. */
    List<String> lines() {
        if (kernels.isEmpty()) {
            return List.of();
        }
        List<String> lines = new ArrayList<>();
        List<String> missing = notReached();
        int builds = reached.values().stream().mapToInt(Map::size).sum();
        lines.add(String.format(
                Locale.ROOT,
                "kernels reached: %d of %d, in %d builds (tiles, types)%s",
                kernels.size() - missing.size(),
                kernels.size(),
                builds,
                missing.isEmpty() ? "" : "; not reached: " + String.join(", ", missing)));
        List<String> shares = new ArrayList<>();
        steps.forEach((name, count) -> {
            if (ownSet && count.portable() > 0) {
                shares.add(String.format(Locale.ROOT, "%d of %d %s", count.portable(), count.all(), name));
            }
        });
        if (!shares.isEmpty()) {
            lines.add("steps with portable kernels: " + String.join(", ", shares));
        }
        return lines;
    }

    /** The member {@code coverage} of the object at hand. */
    void write(JsonGenerator json) throws IOException {
        json.writeObjectFieldStart("coverage");
        json.writeArrayFieldStart("reached");
        for (Map.Entry<String, Map<String, Integer>> kernel : reached.entrySet()) {
            for (Map.Entry<String, Integer> build : kernel.getValue().entrySet()) {
                json.writeStartObject();
                json.writeStringField("kernel", kernel.getKey());
                json.writeStringField("constants", build.getKey());
                json.writeNumberField("launches", build.getValue());
                json.writeEndObject();
            }
        }
        json.writeEndArray();
        json.writeArrayFieldStart("notReached");
        for (String kernel : notReached()) {
            json.writeString(kernel);
        }
        json.writeEndArray();
        json.writeArrayFieldStart("steps");
        for (Map.Entry<String, Steps> step : steps.entrySet()) {
            json.writeStartObject();
            json.writeStringField("step", step.getKey());
            json.writeNumberField("all", step.getValue().all());
            json.writeNumberField("portable", step.getValue().portable());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }
}
