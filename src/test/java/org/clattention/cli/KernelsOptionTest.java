package org.clattention.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import org.clattention.verify.MemoryNeed;
import org.clattention.verify.SmokeCase;
import org.clattention.verify.SmokeSuite;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** {@code --kernels}: kept in what repeats a check, and refused where there are no kernels. */
class KernelsOptionTest {
    @ParameterizedTest
    @CsvSource({
        "smoke --level quick --device java --kernels gpu, the engine in Java",
        "smoke --level quick --device java --kernels portable, the engine in Java",
        "bench --device java --kernels cpu, the engine in Java",
        "smoke --device reference --kernels gpu, the reference has no kernels",
    })
    void aDeviceWithoutKernelsIsRefused(String command, String part) {
        Cli cli = Cli.run(command.split(" "));
        cli.requireOneLine(ExitCode.BAD_INPUT, part);
        assertThat(cli.err()).contains("--kernels ");
        assertThat(cli.out()).isEmpty();
    }

    @Test
    void aSelectorThatMeansNothingIsStillNoDevice() {
        Cli.run("smoke", "--device", "nosuch", "--kernels", "gpu").requireOneLine(ExitCode.NO_DEVICE, "device nosuch");
    }

    @Test
    void theLineThatRepeatsACheckNamesTheKernels() {
        assertThat(failing("--kernels", "gpu", "--seed", "7"))
                .contains("--kernels gpu --seed 7 --level quick --only softmax-1-last");
        assertThat(failing("--seed", "7")).doesNotContain("--kernels").contains(" --seed 7 --level quick --only");
    }

    /** What a smoke run with these options says when its first softmax is wrong. */
    private static String failing(String... options) {
        SmokeCase softmax = SmokeSuite.QUICK.cases(7).stream()
                .filter(c -> c.name().equals("softmax-1-last") && c.need().equals(MemoryNeed.LITTLE))
                .findFirst()
                .orElseThrow();
        SmokeCommand command = new SmokeCommand();
        new CommandLine(command).setCaseInsensitiveEnumValuesAllowed(true).parseArgs(options);
        StringWriter out = new StringWriter();
        int code = command.smoke(new FakeSession(goldenCase -> Map.of()), List.of(softmax), Cli.output(out, true));
        assertThat(code).isEqualTo(ExitCode.WRONG_RESULT);
        return out.toString();
    }
}
