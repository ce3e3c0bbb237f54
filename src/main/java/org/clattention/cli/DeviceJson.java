package org.clattention.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.Locale;
import org.clattention.config.DeviceInfo;

/** Devices as JSON. */
final class DeviceJson {
    private DeviceJson() {}

    /** A device's description of itself, as members of an object that the caller opens and closes. */
    static void fields(JsonGenerator json, DeviceInfo device) throws IOException {
        json.writeStringField("selector", device.selector());
        json.writeStringField("kind", device.kind().name().toLowerCase(Locale.ROOT));
        json.writeStringField("name", device.name());
        json.writeStringField("platform", device.platform());
        json.writeStringField("vendor", device.vendor());
        json.writeStringField("driver", device.driverVersion());
        json.writeStringField("openClVersion", device.openClVersion());
        json.writeNumberField("computeUnits", device.computeUnits());
        json.writeNumberField("clockMegahertz", device.clockMegahertz());
        json.writeNumberField("memoryBytes", device.memoryBytes());
        json.writeNumberField("maxAllocationBytes", device.maxAllocationBytes());
        json.writeNumberField("localMemoryBytes", device.localMemoryBytes());
        json.writeNumberField("maxWorkGroupSize", device.maxWorkGroupSize());
        json.writeBooleanField("unifiedMemory", device.unifiedMemory());
        json.writeBooleanField("f16", device.f16());
        json.writeBooleanField("f64", device.f64());
        json.writeBooleanField("usable", device.usable());
    }
}
