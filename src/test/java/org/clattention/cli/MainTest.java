package org.clattention.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Exit codes and messages of bad usage, and the commands that need no device. */
class MainTest {
    @ParameterizedTest
    @CsvSource({
        "verify, PATH",
        "bogus, bogus",
        "verify --nonsense x, --nonsense",
        "smoke --duration 5x, 5x",
        "smoke --level huge, huge",
        "smoke --seed many, many",
        "smoke --device reference, reference",
        "smoke --only nothing-of-this-name, nothing-of-this-name",
        "smoke --only softmax --duration 3s, exclude",
        "devices --json /no/such/folder/x.json, cannot be written",
        "verify --device reference /no/such/path, no such file or folder",
    })
    void badUsageIsOneLine(String command, String part) {
        Cli.run(command.split(" ")).requireOneLine(ExitCode.BAD_INPUT, part);
    }

    @Test
    void anUnknownDeviceHasItsOwnCode(@TempDir Path folder) throws Exception {
        String file = Cases.right(folder, "right").toString();
        Cli.run("verify", "--device", "nosuch", file).requireOneLine(ExitCode.NO_DEVICE, "device nosuch");
        Cli.run("smoke", "--device", "nosuch").requireOneLine(ExitCode.NO_DEVICE, "device nosuch");
        Cli.run("devices", "--device", "nosuch").requireOneLine(ExitCode.NO_DEVICE, "device nosuch");
        Cli doctor = Cli.run("doctor", "--device", "nosuch");
        assertThat(doctor.code()).isEqualTo(ExitCode.NO_DEVICE);
        assertThat(doctor.out()).contains("PROBLEM device nosuch").contains("not usable");
    }

    @Test
    void helpAndVersionPass() {
        Cli help = Cli.run("--help");
        assertThat(help.code()).isEqualTo(ExitCode.PASSED);
        assertThat(help.out()).contains("devices", "smoke", "verify", "bench", "generate", "heads", "doctor");
        Cli version = Cli.run("--version");
        assertThat(version.code()).isEqualTo(ExitCode.PASSED);
        assertThat(version.out()).startsWith("clattention ");
    }

    @Test
    void devicesAsJson(@TempDir Path folder) throws Exception {
        Cli toOutput = Cli.run("devices", "--json", "-");
        assertThat(toOutput.code()).isEqualTo(ExitCode.PASSED);
        assertThat(toOutput.json()).containsKeys("selector", "devices");
        Path file = folder.resolve("devices.json");
        Cli toFile = Cli.run("devices", "--json", file.toString());
        assertThat(toFile.out()).isNotEmpty();
        assertThat(Files.readString(file).strip()).isEqualTo(toOutput.out().strip());
    }

    @Test
    void doctorAsJson() {
        assertThat(Cli.run("doctor", "--json", "-").json()).containsKeys("usable", "facts", "devices", "problems");
    }
}
