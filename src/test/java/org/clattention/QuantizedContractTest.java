package org.clattention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import org.clattention.testing.AttentionCases;
import org.clattention.testing.BlockCase;
import org.clattention.testing.CacheWalk;
import org.clattention.testing.DeviceTest;
import org.clattention.testing.QuantizedCases;
import org.junit.jupiter.api.Test;

/** Weights in blocks give what the numbers that they stand for give; caches in blocks what rounded rows give. */
class QuantizedContractTest extends DeviceTest {
    @Test
    void multiHeadAttention() {
        run("quantized-tiny", 120, QuantizedCases::layer);
    }

    @Test
    void latentAttention() {
        run("quantizedlatent-tiny", 60, QuantizedCases::latent);
    }

    @Test
    void blocks() {
        run("quantizedblock-tiny", 60, BlockCase::check);
    }

    @Test
    void caches() {
        run("q8cache-tiny", 40, (engine, name) -> CacheWalk.check(engine, name, 25));
        run("latentq8cache-tiny", 30, (engine, name) -> CacheWalk.check(engine, name, 25));
    }

    private void run(String kind, int pocl, BiFunction<AttentionEngine, String, String> check) {
        assumeTrue(!device.simulated(), "too slow for a simulator");
        int count = device.takesMostCases() ? pocl : pocl / 6;
        List<String> failures = new ArrayList<>();
        try (AttentionEngine engine = device.open()) {
            for (String name : AttentionCases.names(kind, count)) {
                String problem = check.apply(engine, name);
                if (!problem.isEmpty()) {
                    failures.add(problem);
                }
            }
        }
        assertThat(failures).as("cases that disagree on " + device).isEmpty();
    }
}
