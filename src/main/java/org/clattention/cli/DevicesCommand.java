package org.clattention.cli;

import java.util.concurrent.Callable;
import org.clattention.config.DeviceInfo;
import org.clattention.error.DeviceNotFoundException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Lists the devices. Having none is not an error, unless one was requested. */
@Command(
        name = "devices",
        description = "List the devices of this machine, and which one would be chosen.",
        mixinStandardHelpOptions = true)
final class DevicesCommand implements Callable<Integer> {
    @Mixin
    private final CommonOptions common = new CommonOptions();

    @Override
    public Integer call() {
        Output output = common.output();
        DeviceTable table = DeviceTable.of(common.device());
        table.lines().forEach(output::line);
        output.json(json -> {
            json.writeStartObject();
            json.writeStringField("selector", table.selector());
            json.writeStringField("problem", table.problem());
            json.writeArrayFieldStart("devices");
            for (DeviceInfo device : table.devices()) {
                json.writeStartObject();
                DeviceJson.fields(json, device);
                json.writeBooleanField("chosen", table.isChosen(device));
                json.writeStringField("reason", table.reason(device));
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        });
        if (table.chosen().isEmpty() && common.deviceIsExplicit()) {
            throw new DeviceNotFoundException(table.problem());
        }
        if (table.chosen().isEmpty() && !table.devices().isEmpty()) {
            output.line(OneLine.of(table.problem()));
        }
        return ExitCode.PASSED;
    }
}
