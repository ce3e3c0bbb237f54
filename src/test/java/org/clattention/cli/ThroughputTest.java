package org.clattention.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.clattention.AttentionEngine;
import org.clattention.config.KernelTime;
import org.clattention.testing.TestDevice;
import org.junit.jupiter.api.Test;

class ThroughputTest {
    @Test
    void aRowPerKernelTheSlowestFirst() {
        Throughput throughput = new Throughput(
                "", Map.of("add", new KernelTime(4, 1_000_000), "softmax", new KernelTime(2, 3_000_000)));
        assertThat(throughput.kernelRows().stream().map(row -> row.strip().replaceAll(" +", " ")))
                .containsExactly("kernel launches ms share", "softmax 2 3.000 75.0%", "add 4 1.000 25.0%");
        assertThat(Throughput.NONE.kernelRows()).isEmpty();
    }

    @Test
    void theKernelsOfALayerAreTimed() {
        try (AttentionEngine engine = TestDevice.any().open();
                AttentionEngine profiling =
                        AttentionEngine.open(TestDevice.any().options().withProfiling(true))) {
            Throughput throughput = Throughput.measure(engine, profiling, 1);
            assertThat(throughput.line()).contains("768/12/64", "GFLOP/s");
            assertThat(throughput.kernels())
                    .containsOnlyKeys(
                            "qkv_projection", "scaled_scores", "softmax", "weighted_values", "output_projection");
            assertThat(throughput.kernels().values()).allSatisfy(time -> {
                assertThat(time.launches()).isPositive().matches(n -> n % 5 == 0);
                assertThat(time.nanoseconds()).isPositive();
            });
        }
    }
}
