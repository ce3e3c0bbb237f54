package org.clattention.cli;

import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.clattention.config.DeviceInfo;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Prints what a bug report should contain, and what is wrong with this machine. */
@Command(
        name = "doctor",
        description = "Show what to paste into a bug report, and what is wrong on this machine, with fixes.",
        mixinStandardHelpOptions = true)
final class DoctorCommand implements Callable<Integer> {
    @Mixin
    private final CommonOptions common = new CommonOptions();

    @Override
    public Integer call() {
        Output output = common.output();
        DeviceTable devices = DeviceTable.of(common.device());
        Map<String, String> facts = Machine.facts(System.getenv());
        List<String> problems = Machine.problems(System.getenv(), devices);
        facts.forEach((name, value) -> output.format("%-22s %s", name, value));
        devices.lines().forEach(output::line);
        problems.forEach(problem -> output.line("PROBLEM " + problem));
        boolean usable = devices.chosen().isPresent();
        output.line(usable ? "usable" : "not usable: no device for " + devices.selector());
        output.json(json -> {
            json.writeStartObject();
            json.writeBooleanField("usable", usable);
            json.writeObjectFieldStart("facts");
            for (Map.Entry<String, String> fact : facts.entrySet()) {
                json.writeStringField(fact.getKey(), fact.getValue());
            }
            json.writeEndObject();
            json.writeArrayFieldStart("devices");
            for (DeviceInfo device : devices.devices()) {
                json.writeStartObject();
                DeviceJson.fields(json, device);
                json.writeStringField("reason", devices.reason(device));
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeArrayFieldStart("problems");
            for (String problem : problems) {
                json.writeString(problem);
            }
            json.writeEndArray();
            json.writeEndObject();
        });
        return usable ? ExitCode.PASSED : ExitCode.NO_DEVICE;
    }
}
