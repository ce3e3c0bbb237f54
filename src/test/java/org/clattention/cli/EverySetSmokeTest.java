package org.clattention.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.clattention.testing.TestDevice;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The quick level passes on each set of kernels, and reaches every kernel of it. Building them all takes minutes. */
@Tag("nightly")
class EverySetSmokeTest {
    @ParameterizedTest
    @CsvSource({"POCL, portable", "POCL_CPU, cpu", "POCL_GPU, gpu"})
    void quickReachesEveryKernel(TestDevice device, String kernels) {
        String selector = device.require().selector();
        Cli cli = Cli.run("smoke", "--level", "quick", "--device", selector, "--kernels", kernels, "--json", "-");
        assertThat(cli.code()).as(cli.out()).isEqualTo(ExitCode.PASSED);
        assertThat((List<?>) coverage(cli).get("notReached")).isEmpty();
        assertThat((List<?>) coverage(cli).get("reached")).hasSizeGreaterThan(20);
    }

    @ParameterizedTest
    @CsvSource({"POCL, portable", "POCL_CPU, cpu", "POCL_GPU, gpu"})
    void goldenCasesPass(TestDevice device, String kernels) {
        String selector = device.require().selector();
        Cli cli = Cli.run("verify", "--device", selector, "--kernels", kernels, "--json", "-", "test-data");
        assertThat(cli.code()).as(cli.out()).isEqualTo(ExitCode.PASSED);
        assertThat(coverage(cli)).containsOnlyKeys("reached", "notReached", "steps");
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> coverage(Cli cli) {
        return (Map<String, Object>) cli.json().get("coverage");
    }
}
